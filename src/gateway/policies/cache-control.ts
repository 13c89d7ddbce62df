import * as z from 'zod/mini';
import { byDefault, says } from '../../config/params.ts';
import { definePolicy } from '../policy.ts';

export default definePolicy({
  name: 'cache-control',
  says: 'Sets `Cache-Control` on answers of the given statuses, unless the backend said something itself.',
  options: () =>
    z.strictObject({
      value: says(z.string().check(z.minLength(1)), 'For example `public, max-age=60`.'),
      statuses: z._default(z.array(z.number().check(z.int(), z.gte(200), z.lte(599))), [200]),
      override: byDefault(z.boolean(), false, 'True: over what the backend said.'),
    }),
  open({ value, statuses, override }) {
    return {
      response: (response) =>
        !statuses.includes(response.status) || (!override && response.headers.has('cache-control'))
          ? response
          : { ...response, headers: response.headers.with('Cache-Control', value) },
    };
  },
});
