import { z } from 'zod';
import { headerName } from '../../config/parts.ts';
import { definePolicy } from '../policy.ts';

export default definePolicy({
  name: 'remove-header',
  says: 'Takes header fields out of the request or of the answer.',
  options: z.strictObject({
    names: z.array(headerName).min(1),
    on: z.enum(['request', 'response']).default('request'),
  }),
  open({ names, on }) {
    const lower = names.map((name) => name.toLowerCase());
    if (on === 'request') return { request: (request) => ({ ...request, headers: request.headers.without(...lower) }) };
    return { response: (response) => ({ ...response, headers: response.headers.without(...lower) }) };
  },
});
