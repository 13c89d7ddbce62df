import { messageOf } from '../base/fault.ts';
import { DocumentError, formatIssue } from '../config/issues.ts';
import { credentialsHint, lacksCredentials } from './toolkit.ts';

/** Exit codes: 0 done, 1 the thing asked about is not in order, 2 the question itself was wrong. */
export const exits = { ok: 0, notInOrder: 1, usage: 2 } as const;

/** The question was wrong: a file that is not there, a value that is none. Ends a command with exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What every command is handed to talk to the outside; a test hands in its own. */
export interface Terminal {
  out(line: string): void;
  err(line: string): void;
  readonly isTty: boolean;
}

export const terminal: Terminal = {
  out: (line) => void process.stdout.write(`${line}\n`),
  err: (line) => void process.stderr.write(`${line}\n`),
  isTty: process.stdout.isTTY,
};

/** Runs a command's work, says what went wrong in words, and sets the exit code. */
export async function guarded(io: Terminal, json: boolean, work: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await work();
  } catch (thrown) {
    process.exitCode = thrown instanceof UsageError ? exits.usage : exits.notInOrder;
    const said = lacksCredentials(messageOf(thrown)) ? credentialsHint : messageOf(thrown);
    if (json)
      io.out(
        JSON.stringify(
          {
            ok: false,
            ...(thrown instanceof DocumentError ? { issues: thrown.issues } : { error: said }),
          },
          null,
          2,
        ),
      );
    else if (thrown instanceof DocumentError) {
      io.err(`${thrown.issues.length} ${thrown.issues.length === 1 ? 'problem' : 'problems'} in the document:`);
      for (const issue of thrown.issues) io.err(formatIssue(issue));
    } else io.err(`sallyport: ${said}`);
  }
}

/** Rows to columns, the first row as heading. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => (row[at] ?? '').length)));
  return rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
