import { defineEffect } from '../action.ts';
import { expand, parseTemplate, type Template } from '../macro.ts';
import { variableArgument } from '../variable-argument.ts';
import { wholeNumber } from '../variables.ts';

/** Plain data, so that a compiler can see which rules only ever set constants. */
export interface SetVariable {
  readonly collection: string;
  readonly name: Template;
  readonly how: 'set' | 'add' | 'subtract' | 'unset';
  readonly value: Template;
}

export default defineEffect<SetVariable>({
  name: 'setvar',
  says: 'Sets a variable, adds to it (`=+1`), subtracts from it (`=-1`) or removes it (`!tx.name`).',
  argument: 'required',
  examples: [
    { text: 'setvar:tx.score=5' },
    { text: "setvar:'tx.score=+%{tx.critical_anomaly_score}'" },
    { text: 'setvar:!tx.score' },
    { text: 'setvar:score=5', refused: true },
  ],
  read(argument, place) {
    if (argument.startsWith('!')) return { ...variableArgument(argument.slice(1), place), how: 'unset', value: [] };
    const equals = argument.indexOf('=');
    const variable = variableArgument(equals < 0 ? argument : argument.slice(0, equals), place);
    if (equals < 0) return { ...variable, how: 'set', value: ['1'] };
    const value = argument.slice(equals + 1).trim();
    const how = value.startsWith('+') ? 'add' : value.startsWith('-') ? 'subtract' : 'set';
    return { ...variable, how, value: parseTemplate(how === 'set' ? value : value.slice(1), place) };
  },
  run({ collection, name, how, value }, transaction) {
    const variables = transaction.variables(collection);
    if (variables === null) return;
    const key = expand(name, transaction.look).toLowerCase();
    if (how === 'unset') return variables.unset(key);
    const text = expand(value, transaction.look);
    if (how === 'set') {
      variables.set(key, text);
      return;
    }
    const before = wholeNumber(variables.get(key, transaction.now) ?? '');
    const by = wholeNumber(text);
    // Scores do not go below nothing: rules were written for engines that stop at 0.
    variables.set(key, String(Math.max(0, how === 'add' ? before + by : before - by)));
  },
});
