import * as z from 'zod/mini';
import { byDefault, durationText, says } from './params.ts';

/** What every place that calls a Lambda handler of the user's says of it. */
export const functionOptions = () =>
  z.strictObject({
    file: says(z.string(), 'Module (TypeScript or JavaScript), relative to the document.'),
    handler: byDefault(z.string(), 'handler', 'Name of the export.'),
    timeout: byDefault(
      durationText(),
      '3s',
      "The function's own time; then its instance is thrown away, and the caller gets 502 from a REST API, 500 from an HTTP API.",
    ),
    memory: byDefault(z.number().check(z.int(), z.gte(16), z.lte(10_240)), 128, 'Megabytes.'),
    concurrency: byDefault(
      z.number().check(z.int(), z.gte(1), z.lte(64)),
      4,
      'Most instances; each has one event at a time.',
    ),
    env: byDefault(z.record(z.string(), z.string()), {}, 'Environment of the function.'),
  });
