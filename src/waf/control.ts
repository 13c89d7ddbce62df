import type { Exclusion } from './condition.ts';
import { idSelector, type RuleSelector } from './exclusions.ts';
import { nearest } from './nearest.ts';
import { wholeWithin } from './number-argument.ts';
import { RuleError, type SourcePlace } from './rule-error.ts';
import type { Mode, Settings } from './settings.ts';
import { parseExclusion } from './target.ts';
import type { Transaction } from './transaction.ts';

/** What `ctl:` asks for, as data. */
export type Control =
  | { readonly set: 'mode'; readonly to: Mode }
  | { readonly set: 'settings'; readonly to: Partial<Settings> }
  | { readonly set: 'processor'; readonly to: string }
  | { readonly set: 'force-body'; readonly to: boolean }
  | { readonly set: 'audit'; readonly part: 'engine' | 'parts'; readonly to: string }
  | { readonly set: 'remove'; readonly rules: RuleSelector }
  | { readonly set: 'remove-target'; readonly rules: RuleSelector; readonly target: Exclusion };

type Reader = (value: string, place: SourcePlace) => Control;

const processors = ['URLENCODED', 'MULTIPART', 'JSON', 'XML'] as const;

function choice<To>(words: Readonly<Record<string, To>>, value: string, place: SourcePlace): To {
  const found = Object.entries(words).find(([word]) => word.toLowerCase() === value.trim().toLowerCase());
  if (!found)
    throw new RuleError(`\`${value}\` is not known here`, { place, hint: `write ${Object.keys(words).join(', ')}` });
  return found[1];
}

/** `On`, `Off` and `DetectionOnly`, as rules spell the engine's modes. */
export const modeWord = (value: string, place: SourcePlace): Mode =>
  choice<Mode>({ On: 'on', Off: 'off', DetectionOnly: 'detect' }, value, place);

export const switchWord = (value: string, place: SourcePlace): boolean =>
  choice({ On: true, Off: false }, value, place);

const bytes = (value: string, place: SourcePlace): number => wholeWithin(value, 0, 1_073_741_824, place);

function withTarget(select: (text: string, place: SourcePlace) => RuleSelector): Reader {
  return (value, place) => {
    const cut = value.indexOf(';');
    if (cut < 0) throw new RuleError('the target is missing', { place, hint: 'write ...=RULE;ARGS:name' });
    return {
      set: 'remove-target',
      rules: select(value.slice(0, cut).trim(), place),
      target: parseExclusion(value.slice(cut + 1), place),
    };
  };
}

const byTag = (source: string): RuleSelector => ({ by: 'tag', source });
const byMessage = (source: string): RuleSelector => ({ by: 'message', source });

const readers: Readonly<Record<string, Reader>> = {
  ruleEngine: (value, place) => ({ set: 'mode', to: modeWord(value, place) }),
  requestBodyAccess: (value, place) => ({ set: 'settings', to: { requestBody: switchWord(value, place) } }),
  requestBodyLimit: (value, place) => ({ set: 'settings', to: { requestBodyLimit: bytes(value, place) } }),
  responseBodyAccess: (value, place) => ({ set: 'settings', to: { responseBody: switchWord(value, place) } }),
  responseBodyLimit: (value, place) => ({ set: 'settings', to: { responseBodyLimit: bytes(value, place) } }),
  requestBodyProcessor: (value, place) => ({
    set: 'processor',
    to: choice(Object.fromEntries(processors.map((name) => [name, name])), value, place),
  }),
  forceRequestBodyVariable: (value, place) => ({ set: 'force-body', to: switchWord(value, place) }),
  auditEngine: (value, place) => ({
    set: 'audit',
    part: 'engine',
    to: choice({ On: 'on', Off: 'off', RelevantOnly: 'relevant' }, value, place),
  }),
  auditLogParts: (value, place) => {
    if (!/^[+-]?[A-Z]+$/.test(value))
      throw new RuleError(`\`${value}\` names no parts`, { place, hint: 'write +E or ABIJ' });
    return { set: 'audit', part: 'parts', to: value };
  },
  ruleRemoveById: (value, place) => ({ set: 'remove', rules: idSelector(value, place) }),
  ruleRemoveByTag: (value) => ({ set: 'remove', rules: byTag(value) }),
  ruleRemoveByMsg: (value) => ({ set: 'remove', rules: byMessage(value) }),
  ruleRemoveTargetById: withTarget(idSelector),
  ruleRemoveTargetByTag: withTarget(byTag),
  ruleRemoveTargetByMsg: withTarget(byMessage),
};

/** `option=value`; throws `RuleError` for an option that does not exist or a value that it does not take. */
export function readControl(argument: string, place: SourcePlace): Control {
  const equals = argument.indexOf('=');
  const option = (equals < 0 ? argument : argument.slice(0, equals)).trim();
  const known = Object.entries(readers).find(([name]) => name.toLowerCase() === option.toLowerCase());
  if (!known || equals < 0) {
    const hint = known ? `write ctl:${known[0]}=VALUE` : nearest(option, Object.keys(readers));
    throw new RuleError(known ? `\`ctl:${option}\` needs a value` : `there is no \`ctl:${option}\``, {
      place,
      ...(hint && { hint }),
    });
  }
  return known[1](argument.slice(equals + 1), place);
}

export function applyControl(control: Control, transaction: Transaction): void {
  switch (control.set) {
    case 'mode':
      transaction.mode = control.to;
      return;
    case 'settings':
      transaction.settings = { ...transaction.settings, ...control.to };
      return;
    case 'processor':
      transaction.bodyProcessor = control.to;
      return;
    case 'force-body':
      transaction.forceBody = control.to;
      return;
    case 'audit':
      transaction.audit[control.part] = control.to;
      return;
    case 'remove':
      transaction.removals.remove(transaction.lookup.mask(control.rules));
      return;
    case 'remove-target':
      transaction.removals.removeTarget(transaction.lookup.mask(control.rules), control.target);
  }
}
