import { z } from 'zod';
import { definePolicy } from '../policy.ts';

export default definePolicy({
  name: 'cache-control',
  says: 'Sets `Cache-Control` on answers of the given statuses, unless the backend said something itself.',
  options: z.strictObject({
    value: z.string().min(1).meta({ description: 'For example `public, max-age=60`.' }),
    statuses: z.array(z.number().int().min(200).max(599)).default([200]),
    override: z.boolean().default(false).meta({ description: 'True: over what the backend said.' }),
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
