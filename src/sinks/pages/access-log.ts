import { existsSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import * as z from 'zod/mini';
import { byDefault, says } from '../../config/params.ts';
import { accessHead, accessLine } from '../access-line.ts';
import { lineFile } from '../line-file.ts';
import { defineSink } from '../sink.ts';

export default defineSink({
  name: 'access-log',
  says: "One line per request in the form of CloudFront's standard log, with its 33 columns, written when the last byte has gone.",
  options: () =>
    z.strictObject({
      path: says(z.string().check(z.minLength(1)), 'The file, relative to the document.'),
      location: byDefault(
        z.string().check(z.regex(/^[A-Z0-9-]{1,20}$/, { error: 'wanted capitals, digits and dashes, e.g. "FRA1-P1"' })),
        'LOCAL1',
        'What stands in `x-edge-location`.',
      ),
      domain: byDefault(
        z.string(),
        'local.sallyport.internal',
        'What stands in `cs(Host)`: the name of the distribution.',
      ),
    }),
  open({ path, location, domain }, { folder }) {
    const file = isAbsolute(path) ? path : join(folder, path);
    const begun = existsSync(file) && statSync(file).size > 0;
    const out = lineFile(file, path);
    if (!begun) out.line(accessHead);
    return {
      name: `access-log ${path}`,
      write() {},
      access: (record) => out.line(accessLine(record, { location, domain })),
      flush: () => out.flush(),
    };
  },
});
