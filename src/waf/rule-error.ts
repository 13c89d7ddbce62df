/** Where a rule was written; line and column count from 1. */
export interface SourcePlace {
  readonly file: string;
  readonly line: number;
}

/** A rule that cannot be loaded: what is wrong, where, and what to write instead. Never thrown while a request runs. */
export class RuleError extends Error {
  override readonly name = 'RuleError';
  readonly place: SourcePlace | undefined;
  readonly hint: string | undefined;

  constructor(says: string, options: { readonly place?: SourcePlace; readonly hint?: string } = {}) {
    const where = options.place ? `${options.place.file}:${options.place.line}: ` : '';
    super(`${where}${says}${options.hint ? ` (${options.hint})` : ''}`);
    this.place = options.place;
    this.hint = options.hint;
  }
}
