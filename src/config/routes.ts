import { z } from 'zod';
import { durationText, headerName, sizeText, throttle } from './parts.ts';
import { use } from './use.ts';
import { wafOwn } from './waf.ts';

export const route = z
  .strictObject({
    to: z
      .union([z.string().min(1), use])
      .meta({ description: 'Name of an origin, or an integration: `{ use: "mock", with: { status: 200 } }`.' }),
    key: z.enum(['required', 'none']).default('none').meta({ description: 'Does the route ask for an API key?' }),
    throttle: throttle.optional().meta({ description: 'For this route, all callers together.' }),
    throttlePerKey: throttle.optional().meta({ description: 'For this route, each key on its own.' }),
    rewrite: z
      .string()
      .regex(/^\//, { error: 'wanted a path that begins with "/", e.g. "/v2/orders/{id}"' })
      .optional()
      .meta({
        description:
          'Path at the origin; `{id}` and `{proxy+}` are filled in as they came. Left out: the path as it came.',
      }),
    bodyBytes: sizeText.optional().meta({ description: 'Most bytes of a request body here.' }),
    once: z
      .strictObject({
        header: headerName.meta({ description: 'The field with the id of the delivery, e.g. `x-github-delivery`.' }),
        for: durationText.default('3d').meta({ description: 'How long an id is remembered.' }),
      })
      .optional()
      .meta({
        description:
          'Each id is forwarded once: a repetition of what the origin accepted is answered 202 here; after a failure it may come again.',
      }),
    waf: wafOwn.optional(),
    shareable: z
      .boolean()
      .default(false)
      .meta({ description: 'True: an answer that depended on a key or an authorizer may be shared all the same.' }),
  })
  .meta({ id: 'Route' });

/** `GET /orders/{id}`, `ANY /{proxy+}`, `$default`. */
export const routeKey = z.string().regex(/^(?:\$default|(?:[A-Z]+) \/[^\s?#]*)$/, {
  error: 'wanted "METHOD /path/{name}", "ANY /{proxy+}" or "$default"',
});

export const routes = z.record(routeKey, route).meta({
  id: 'Routes',
  description:
    'Method and path to where they go. `{name}` is one segment, `{name+}` at the end is the rest. The most specific route wins.',
  examples: [{ 'GET /orders/{id}': { to: 'orders', key: 'required' } }],
});

export type Route = z.infer<typeof route>;
