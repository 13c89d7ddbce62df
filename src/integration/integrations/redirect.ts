import * as z from 'zod/mini';
import { byDefault, says } from '../../config/params.ts';
import { splitTarget } from '../../events/parts-target.ts';
import { routeFact } from '../../flow/shared-facts.ts';
import { HeaderList } from '../../http/headers.ts';
import { defineIntegration } from '../integration.ts';

export default defineIntegration({
  name: 'redirect',
  says: 'Sends the caller elsewhere; `{name}` of the route is filled in, and the query kept if wanted.',
  options: () =>
    z.strictObject({
      to: says(
        z.string().check(
          z.regex(/^(?:https?:\/\/[^\s/{}]+)?\/[^\s\\]*$/, {
            error: 'wanted a path, or an address with a fixed host: "https://new.example.com/{proxy}"',
          }),
        ),
        'Where to; a host cannot come from the request.',
      ),
      status: z._default(
        z.union([z.literal(301), z.literal(302), z.literal(303), z.literal(307), z.literal(308)]),
        308,
      ),
      keepQuery: byDefault(z.boolean(), true, 'Puts the query of the request behind it.'),
    }),
  open(options) {
    return ({ request, facts }) => {
      const params = facts.get(routeFact)?.params ?? {};
      // A leading slash in a value would turn a path into another host.
      const path = options.to.replaceAll(/\{([A-Za-z0-9_.-]+)\+?\}/g, (_, name: string) =>
        encodeURI(params[name] ?? '').replace(/^\/+/, ''),
      );
      const { query } = splitTarget(request.target);
      const location = options.keepQuery && query ? `${path}${path.includes('?') ? '&' : '?'}${query}` : path;
      return {
        status: options.status,
        headers: HeaderList.of({ Location: location.replace(/^\/{2,}/, '/'), 'Content-Length': '0' }),
        body: null,
        from: { by: 'integration', name: 'redirect' },
      };
    };
  },
});
