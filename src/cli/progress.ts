import type { Terminal } from './command.ts';

/** A bar on one line while a person looks on; nothing where the output goes elsewhere. Returns what to call after each step. */
export function progress(io: Terminal, total: number, width = 30): () => void {
  let done = 0;
  return () => {
    done++;
    if (!io.isTty || total === 0) return;
    const full = Math.round((done / total) * width);
    process.stderr.write(
      `\r[${'#'.repeat(full)}${'.'.repeat(width - full)}] ${done} of ${total}${done === total ? '\n' : ''}`,
    );
  };
}
