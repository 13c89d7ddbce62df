import * as z from 'zod/mini';
import { says } from '../../config/params.ts';
import { defineEdgeFunction } from '../function.ts';

export default defineEdgeFunction({
  name: 'redirect',
  says: 'Sends viewers to another place. `{path}` and `{query}` stand for what was asked, the query with its question mark.',
  options: () =>
    z.strictObject({
      to: says(z.string().check(z.minLength(1)), 'Where to, e.g. `https://www.example.com{path}{query}`.'),
      status: z._default(z.union([z.literal(301), z.literal(302), z.literal(307), z.literal(308)]), 302),
    }),
  open: ({ to, status }) => ({
    viewerRequest(request) {
      const url = new URL(request.url);
      const location = to.replaceAll('{path}', url.pathname).replaceAll('{query}', url.search);
      return new Response(null, { status, headers: { location } });
    },
  }),
});
