import * as z from 'zod/mini';
import { lineFile } from '../line-file.ts';
import { defineSink } from '../sink.ts';

export default defineSink({
  name: 'stdout',
  says: 'One JSON line per record on standard output, written in batches.',
  options: () => z.strictObject({}),
  open() {
    const out = lineFile(1, 'standard output');
    return { name: 'stdout', write: (record) => out.line(JSON.stringify(record)), flush: () => out.flush() };
  },
});
