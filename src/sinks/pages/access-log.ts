import { existsSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { accessHead, accessLine } from '../access-line.ts';
import { lineFile } from '../line-file.ts';
import { defineSink } from '../sink.ts';

export default defineSink({
  name: 'access-log',
  says: "One line per request in the form of CloudFront's standard log, with its 33 columns, written when the last byte has gone.",
  options: z.strictObject({
    path: z.string().min(1).meta({ description: 'The file, relative to the document.' }),
    location: z
      .string()
      .regex(/^[A-Z0-9-]{1,20}$/, { error: 'wanted capitals, digits and dashes, e.g. "FRA1-P1"' })
      .default('LOCAL1')
      .meta({ description: 'What stands in `x-edge-location`.' }),
    domain: z
      .string()
      .default('local.sallyport.internal')
      .meta({ description: 'What stands in `cs(Host)`: the name of the distribution.' }),
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
