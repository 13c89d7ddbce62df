import { isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { lineFile } from '../line-file.ts';
import { defineSink } from '../sink.ts';

export default defineSink({
  name: 'file',
  says: 'One JSON line per record at the end of a file.',
  options: z.strictObject({ path: z.string().min(1).meta({ description: 'The file, relative to the document.' }) }),
  open({ path }, { folder }) {
    const out = lineFile(isAbsolute(path) ? path : join(folder, path), path);
    return { name: `file ${path}`, write: (record) => out.line(JSON.stringify(record)), flush: () => out.flush() };
  },
});
