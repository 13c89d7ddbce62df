import { destination, pino } from 'pino';
import { isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { defineSink } from '../sink.ts';

export default defineSink({
  name: 'file',
  says: 'One JSON line per record at the end of a file.',
  options: z.strictObject({ path: z.string().min(1).meta({ description: 'The file, relative to the document.' }) }),
  open({ path }, { folder }) {
    const out = destination({ dest: isAbsolute(path) ? path : join(folder, path), sync: false, mkdir: true, minLength: 0 });
    const log = pino({ base: null, timestamp: false, formatters: { level: () => ({}) } }, out);
    // A full disk must not end the process; what could not be written is lost and said once.
    out.on('error', (error: Error) => process.stderr.write(`${JSON.stringify({ level: 'error', says: 'the log file cannot be written', path, error: error.message })}\n`));
    return {
      name: `file ${path}`,
      write: (record) => log.info(record),
      flush: () => new Promise((resolve) => out.flush(() => resolve())),
    };
  },
});
