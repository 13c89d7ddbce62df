import { z } from 'zod';
import { defineEdgeFunction } from '../function.ts';

export default defineEdgeFunction({
  name: 'maintenance',
  says: 'Answers everything with 503 and a sentence, except for the addresses that are let through.',
  options: z.strictObject({
    says: z.string().default('We are working on it. Please try again later.\n'),
    retryAfter: z.number().int().positive().default(300).meta({ description: 'Seconds.' }),
    except: z.array(z.string()).default([]).meta({ description: 'Client addresses that get through.' }),
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
