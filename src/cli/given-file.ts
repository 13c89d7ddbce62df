import { readFileSync } from 'node:fs';
import { messageOf } from '../base/fault.ts';
import { UsageError } from './command.ts';
import { parseData } from './data-file.ts';

const words: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'this user may not read it',
};

/** The text of a file that the command line names; `-` is standard input. Throws a `UsageError` that says why it cannot be read. */
export function readGiven(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (thrown) {
    throw new UsageError(
      `cannot read ${file}: ${words[(thrown as { code?: string }).code ?? ''] ?? messageOf(thrown)}`,
    );
  }
}

/** The value in a JSON or YAML file that the command line names. */
export const readGivenData = (file: string): Promise<unknown> => parseData(readGiven(file), file);
