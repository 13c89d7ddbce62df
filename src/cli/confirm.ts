import type { Readable, Writable } from 'node:stream';
import { createInterface } from 'node:readline/promises';

/** Asks for a yes. An empty answer is a no; so is a terminal that goes away, and Ctrl-C, which says so. */
export async function confirm(
  question: string,
  input: Readable,
  output: Writable,
): Promise<'yes' | 'no' | 'broken off'> {
  const lines = createInterface({ input, output });
  const over = new AbortController();
  lines.once('SIGINT', () => lines.close());
  lines.once('close', () => over.abort());
  try {
    const answer = await lines.question(`${question} [y/N] `, { signal: over.signal });
    return /^y(?:es)?$/i.test(answer.trim()) ? 'yes' : 'no';
  } catch (thrown) {
    if (over.signal.aborted) return 'broken off';
    throw thrown;
  } finally {
    lines.close();
  }
}
