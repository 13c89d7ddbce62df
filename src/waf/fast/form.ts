import type { TransformDefinition } from '../transform.ts';

/** One distinct text that a value becomes on its way through the steps of a look. */
export interface Form {
  text: string;
  /** Only for the few rules of its step. */
  few: boolean;
  /** Transformations made of it: chains that differ in what changes nothing repeat them. */
  readonly made: { readonly by: TransformDefinition; readonly of: string; readonly text: string }[];
  lowered: string | null;
  /** Groups of bytes that the text holds. */
  bits: number;
  readonly candidates: Uint32Array;
  /** Rules that were asked about the text, and about it in lower case. */
  readonly asked: Uint32Array;
  readonly askedLowered: Uint32Array;
}

export function newForm(words: number): Form {
  return {
    text: '',
    few: false,
    made: [],
    lowered: null,
    bits: 0,
    candidates: new Uint32Array(words),
    asked: new Uint32Array(words),
    askedLowered: new Uint32Array(words),
  };
}

/** Forms are used again for one value after the other. */
export function begin(form: Form, text: string): void {
  form.text = text;
  form.few = false;
  form.made.length = 0;
  form.lowered = null;
  const { asked, askedLowered } = form;
  for (let word = 0; word < asked.length; word++) asked[word] = askedLowered[word] = 0;
}

/** What a transformation makes of a form's text, or of the text in lower case. */
export function made(form: Form, by: TransformDefinition, of: string): string {
  for (const one of form.made) if (one.by === by && one.of === of) return one.text;
  const text = by.apply(of);
  form.made.push({ by, of, text });
  return text;
}

const looked = 16;

/** A quick look whether `low` may be `text` in lower case; both are of one length. */
export function isLow(text: string, low: string): boolean {
  for (let i = 0; i < low.length && i < looked; i++) {
    const code = text.charCodeAt(i);
    if (low.charCodeAt(i) !== (code >= 0x41 && code <= 0x5a ? code + 32 : code)) return false;
  }
  return true;
}
