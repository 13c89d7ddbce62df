import * as z from 'zod/mini';
import { headerName } from '../../config/params.ts';
import { definePolicy } from '../policy.ts';

export default definePolicy({
  name: 'remove-header',
  says: 'Takes header fields out of the request or of the answer.',
  options: () =>
    z.strictObject({
      names: z.array(headerName()).check(z.minLength(1)),
      on: z._default(z.enum(['request', 'response']), 'request'),
    }),
  open({ names, on }) {
    const lower = names.map((name) => name.toLowerCase());
    if (on === 'request') return { request: (request) => ({ ...request, headers: request.headers.without(...lower) }) };
    return { response: (response) => ({ ...response, headers: response.headers.without(...lower) }) };
  },
});
