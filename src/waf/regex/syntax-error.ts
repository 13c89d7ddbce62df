/** A pattern that cannot be read: what is wrong, and at which character (from 0) of its source. */
export class PatternSyntaxError extends Error {
  override readonly name = 'PatternSyntaxError';
  readonly source: string;
  readonly position: number;

  constructor(says: string, source: string, position: number) {
    super(`${says} at character ${position}`);
    this.source = source;
    this.position = position;
  }
}
