import type { SourcePlace } from '../../rule-error.ts';

export interface LogicalLine {
  readonly text: string;
  /** Of its first physical line. */
  readonly place: SourcePlace;
}

/**
 * Joins physical lines that end in a backslash and leaves out comments and empty lines. A comment ends with its line
 * even when its last character is a backslash, except inside of a directive, where it is part of it.
 */
export function* logicalLines(text: string, file: string): Generator<LogicalLine> {
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at++) {
    const first = at + 1;
    let line = (lines[at] as string).replace(/\r$/, '').trimStart();
    if (line === '' || line.startsWith('#')) continue;
    while (line.endsWith('\\') && at + 1 < lines.length) {
      line = line.slice(0, -1) + (lines[++at] as string).replace(/\r$/, '');
    }
    yield { text: line.trimEnd(), place: { file, line: first } };
  }
}
