import * as z from 'zod/mini';
import { byDefault } from '../../config/params.ts';
import { Body } from '../../http/body.ts';
import { HeaderList } from '../../http/headers.ts';
import { defineIntegration } from '../integration.ts';

export default defineIntegration({
  name: 'mock',
  says: 'Answers a fixed status, header and body without asking anybody.',
  options: () =>
    z.strictObject({
      status: byDefault(z.number().check(z.int(), z.gte(200), z.lte(599)), 200, 'Status of the answer.'),
      headers: byDefault(z.record(z.string(), z.string()), {}, 'Header fields of the answer.'),
      body: byDefault(z.string(), '', 'Body of the answer.'),
    }),
  open(options) {
    const body = Body.of(options.body);
    const headers = HeaderList.of(options.headers).append('Content-Length', String(body.length));
    return () => ({ status: options.status, headers, body, from: { by: 'integration', name: 'mock' } });
  },
});
