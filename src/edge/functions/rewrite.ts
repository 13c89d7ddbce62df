import * as z from 'zod/mini';
import { byDefault, optional } from '../../config/params.ts';
import { defineEdgeFunction } from '../function.ts';

export default defineEdgeFunction({
  name: 'rewrite',
  says: 'Asks for another path: a prefix is taken off, another put on, and a name added to paths that end with a slash.',
  options: () =>
    z.strictObject({
      strip: byDefault(z.string(), '', 'Prefix to take off, where it is there.'),
      prefix: byDefault(z.string(), '', 'Prefix to put on.'),
      index: optional(z.string(), 'Added to paths that end with "/", e.g. `index.html`.'),
    }),
  open: ({ strip, prefix, index }) => ({
    viewerRequest(request) {
      const url = new URL(request.url);
      const bare =
        strip !== '' && url.pathname.startsWith(strip) ? url.pathname.slice(strip.length) || '/' : url.pathname;
      const rooted = bare.startsWith('/') ? bare : `/${bare}`;
      url.pathname = prefix + (index !== undefined && rooted.endsWith('/') ? rooted + index : rooted);
      return new Request(url, request);
    },
  }),
});
