import { defineEffect } from '../action.ts';
import { expand, parseTemplate, type Template } from '../macro.ts';

export default defineEffect<Template>({
  name: 'setrsc',
  says: 'Opens the collection RESOURCE under the resource that is given.',
  argument: 'required',
  examples: [{ text: 'setrsc:%{REQUEST_COOKIES.id}' }],
  read: (argument, place) => parseTemplate(argument, place),
  run(key, transaction) {
    transaction.open('RESOURCE', expand(key, transaction.look));
  },
});
