import { RuleError, type SourcePlace } from './rule-error.ts';

/** `%{FIELD}` or `%{FIELD.key}` inside a text, e.g. `%{tx.anomaly_score}`. */
export interface Macro {
  /** In upper case, e.g. `TX`. */
  readonly field: string;
  /** In lower case; null when the whole field is meant. */
  readonly key: string | null;
}

/** A text with macros in it, cut at load: what stays as it is, and what is filled in while a request runs. */
export type Template = readonly (string | Macro)[];

/** Cuts a text. `%{` that is never closed, or names nothing, is an error: it would print its own source for ever. */
export function parseTemplate(text: string, place?: SourcePlace): Template {
  const parts: (string | Macro)[] = [];
  let at = 0;
  for (;;) {
    const open = text.indexOf('%{', at);
    if (open < 0) break;
    const close = text.indexOf('}', open);
    const inside = close < 0 ? '' : text.slice(open + 2, close);
    if (!/^[A-Za-z_]+(?:[.:].+)?$/.test(inside)) {
      throw new RuleError(`\`${text.slice(open, open + 40)}\` is not a macro`, {
        ...(place && { place }),
        hint: 'write %{FIELD} or %{FIELD.key}',
      });
    }
    if (open > at) parts.push(text.slice(at, open));
    const cut = inside.search(/[.:]/);
    parts.push(
      cut < 0
        ? { field: inside.toUpperCase(), key: null }
        : { field: inside.slice(0, cut).toUpperCase(), key: inside.slice(cut + 1).toLowerCase() },
    );
    at = close + 1;
  }
  if (at < text.length) parts.push(text.slice(at));
  return parts;
}

/** The text itself when there is no macro in it, else null. */
export function constantOf(template: Template): string | null {
  if (template.length === 0) return '';
  const only = template[0];
  return template.length === 1 && typeof only === 'string' ? only : null;
}

/** Fills a template in; `look` answers '' for what is not there. */
export function expand(template: Template, look: (macro: Macro) => string): string {
  const only = template[0];
  if (template.length === 1 && typeof only === 'string') return only;
  let text = '';
  for (const part of template) text += typeof part === 'string' ? part : look(part);
  return text;
}

/** The template as a rule's author wrote it, with fields in upper case. */
export function written(template: Template): string {
  return template
    .map((part) => (typeof part === 'string' ? part : `%{${part.field}${part.key === null ? '' : `.${part.key}`}}`))
    .join('');
}
