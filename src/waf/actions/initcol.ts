import { defineEffect } from '../action.ts';
import { expand, parseTemplate, type Template } from '../macro.ts';
import { RuleError } from '../rule-error.ts';

interface Opening {
  readonly collection: string;
  readonly key: Template;
}

const known = ['IP', 'GLOBAL', 'RESOURCE', 'SESSION', 'USER'];

export default defineEffect<Opening>({
  name: 'initcol',
  says: 'Opens a collection that outlives the request, under a key.',
  argument: 'required',
  examples: [{ text: 'initcol:ip=%{REMOTE_ADDR}' }, { text: 'initcol:shop=1', refused: true }],
  read(argument, place) {
    const equals = argument.indexOf('=');
    const collection = argument.slice(0, Math.max(0, equals)).trim().toUpperCase();
    if (!known.includes(collection)) {
      throw new RuleError(`\`initcol:${argument}\` names no collection`, {
        place,
        hint: `collections are ${known.join(', ')}`,
      });
    }
    return { collection, key: parseTemplate(argument.slice(equals + 1), place) };
  },
  run({ collection, key }, transaction) {
    transaction.open(collection, expand(key, transaction.look));
  },
});
