import { isAbsolute, join } from 'node:path';
import * as z from 'zod/mini';
import { says } from '../../config/params.ts';
import { lineFile } from '../line-file.ts';
import { defineSink } from '../sink.ts';

export default defineSink({
  name: 'file',
  says: 'One JSON line per record at the end of a file.',
  options: () =>
    z.strictObject({ path: says(z.string().check(z.minLength(1)), 'The file, relative to the document.') }),
  open({ path }, { folder }) {
    const out = lineFile(isAbsolute(path) ? path : join(folder, path), path);
    return { name: `file ${path}`, write: (record) => out.line(JSON.stringify(record)), flush: () => out.flush() };
  },
});
