import type { ActionDefinition, EffectAction, FactAction, RuleFacts } from '../../action.ts';
import { actionNamed } from '../../action-table.ts';
import type { Effect } from '../../rule.ts';
import { RuleError, type SourcePlace } from '../../rule-error.ts';

/** One action of a rule: its page and what stood behind the colon. */
export interface WrittenAction {
  readonly page: ActionDefinition;
  readonly argument: string;
  readonly place: SourcePlace;
}

/** `id:1,phase:2,msg:'a, b',t:none`: commas inside of single quotes cut nothing. */
export function parseActions(text: string, place: SourcePlace): WrittenAction[] {
  const found: WrittenAction[] = [];
  let at = 0;
  const blanks = (): void => {
    while (at < text.length && /[\s,]/.test(text[at] as string)) at++;
  };
  for (blanks(); at < text.length; blanks()) {
    const start = at;
    while (at < text.length && text[at] !== ':' && text[at] !== ',') at++;
    const name = text.slice(start, at).trim();
    let argument = '';
    let given = false;
    if (text[at] === ':') {
      at++;
      given = true;
      while (text[at] === ' ') at++;
      if (text[at] === "'") {
        const value = quoted(text, at, place);
        argument = value.text;
        at = value.end;
        const rest = /^[^,]*/.exec(text.slice(at))?.[0] ?? '';
        if (rest.trim() !== '') {
          throw new RuleError(`\`${rest.trim()}\` stands between a quote and the next comma`, {
            place,
            hint: "write \\' for a quote inside of quotes",
          });
        }
        at += rest.length;
      } else {
        const from = at;
        while (at < text.length && text[at] !== ',') at++;
        argument = text.slice(from, at).trim();
      }
    }
    const page = actionNamed(name, place);
    if (page.argument === 'none' && argument !== '')
      throw new RuleError(`\`${page.name}\` takes no argument`, { place });
    if (page.argument === 'required' && (!given || argument === ''))
      throw new RuleError(`\`${page.name}\` needs an argument`, { place });
    found.push({ page, argument, place });
  }
  return found;
}

function quoted(text: string, open: number, place: SourcePlace): { readonly text: string; readonly end: number } {
  let value = '';
  for (let at = open + 1; at < text.length; at++) {
    if (text[at] === "'") return { text: value, end: at + 1 };
    if (text[at] === '\\' && text[at + 1] === "'") at++;
    value += text[at];
  }
  throw new RuleError("a ' is never closed", { place });
}

export const isFact = (action: WrittenAction): action is WrittenAction & { page: FactAction } =>
  action.page.kind === 'fact';

export function note(facts: RuleFacts, actions: readonly WrittenAction[]): void {
  for (const action of actions) if (isFact(action)) action.page.note(facts, action.argument, action.place);
}

export function effects(actions: readonly WrittenAction[]): Effect[] {
  return actions
    .filter((action) => action.page.kind === 'effect')
    .map(({ page, argument, place }) => ({
      action: page.name,
      place,
      with: (page as EffectAction).read(argument, place),
    }));
}
