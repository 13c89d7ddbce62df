import { z } from 'zod';
import { Body } from '../../http/body.ts';
import { HeaderList } from '../../http/headers.ts';
import { defineIntegration } from '../integration.ts';

export default defineIntegration({
  name: 'mock',
  says: 'Answers a fixed status, header and body without asking anybody.',
  options: z.strictObject({
    status: z.number().int().min(200).max(599).default(200).meta({ description: 'Status of the answer.' }),
    headers: z.record(z.string(), z.string()).default({}).meta({ description: 'Header fields of the answer.' }),
    body: z.string().default('').meta({ description: 'Body of the answer.' }),
  }),
  open(options) {
    const body = Body.of(options.body);
    const headers = HeaderList.of(options.headers).append('Content-Length', String(body.length));
    return () => ({ status: options.status, headers, body, from: { by: 'integration', name: 'mock' } });
  },
});
