import { defineEffect } from '../action.ts';
import { expand, parseTemplate, type Template } from '../macro.ts';

export default defineEffect<Template>({
  name: 'setuid',
  says: 'Opens the collection USER under the user that is given.',
  argument: 'required',
  examples: [{ text: 'setuid:%{REQUEST_COOKIES.id}' }],
  read: (argument, place) => parseTemplate(argument, place),
  run(key, transaction) {
    transaction.open('USER', expand(key, transaction.look));
  },
});
