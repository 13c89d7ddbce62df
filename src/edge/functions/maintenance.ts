import * as z from 'zod/mini';
import { byDefault } from '../../config/params.ts';
import { defineEdgeFunction } from '../function.ts';

export default defineEdgeFunction({
  name: 'maintenance',
  says: 'Answers everything with 503 and a sentence, except for the addresses that are let through.',
  options: () =>
    z.strictObject({
      says: z._default(z.string(), 'We are working on it. Please try again later.\n'),
      retryAfter: byDefault(z.number().check(z.int(), z.positive()), 300, 'Seconds.'),
      except: byDefault(z.array(z.string()), [], 'Client addresses that get through.'),
    }),
  open: ({ says, retryAfter, except }) => ({
    viewerRequest(_, context) {
      if (except.includes(context.clientAddress)) return undefined;
      return new Response(says, {
        status: 503,
        headers: { 'retry-after': String(retryAfter), 'content-type': 'text/plain; charset=utf-8' },
      });
    },
  }),
});
