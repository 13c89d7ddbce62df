import { defineEffect } from '../action.ts';
import { expand, parseTemplate, type Template } from '../macro.ts';

export default defineEffect<Template>({
  name: 'setsid',
  says: 'Opens the collection SESSION under the session that is given.',
  argument: 'required',
  examples: [{ text: 'setsid:%{REQUEST_COOKIES.id}' }],
  read: (argument, place) => parseTemplate(argument, place),
  run(key, transaction) {
    transaction.open('SESSION', expand(key, transaction.look));
  },
});
