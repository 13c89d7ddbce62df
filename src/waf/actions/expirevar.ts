import { defineEffect } from '../action.ts';
import { expand, parseTemplate, type Template } from '../macro.ts';
import { RuleError } from '../rule-error.ts';
import { variableArgument } from '../variable-argument.ts';
import { wholeNumber } from '../variables.ts';

interface Expiry {
  readonly collection: string;
  readonly name: Template;
  readonly seconds: Template;
}

export default defineEffect<Expiry>({
  name: 'expirevar',
  says: 'Lets a variable go after so many seconds.',
  argument: 'required',
  examples: [{ text: 'expirevar:ip.blocked=60' }, { text: 'expirevar:ip.blocked', refused: true }],
  read(argument, place) {
    const equals = argument.indexOf('=');
    if (equals < 0) throw new RuleError('`expirevar` needs seconds', { place, hint: 'write expirevar:ip.name=60' });
    return {
      ...variableArgument(argument.slice(0, equals), place),
      seconds: parseTemplate(argument.slice(equals + 1), place),
    };
  },
  run({ collection, name, seconds }, transaction) {
    const after = wholeNumber(expand(seconds, transaction.look)) * 1000;
    transaction.variables(collection)?.expire(expand(name, transaction.look), transaction.now + after);
  },
});
