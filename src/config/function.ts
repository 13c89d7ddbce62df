import { z } from 'zod';
import { durationText } from './parts.ts';

/** What every place that calls a Lambda handler of the user's says of it. */
export const functionOptions = z.strictObject({
  file: z.string().meta({ description: 'Module (TypeScript or JavaScript), relative to the document.' }),
  handler: z.string().default('handler').meta({ description: 'Name of the export.' }),
  timeout: durationText.default('3s').meta({
    description:
      "The function's own time; then its instance is thrown away, and the caller gets 502 from a REST API, 500 from an HTTP API.",
  }),
  memory: z.number().int().min(16).max(10_240).default(128).meta({ description: 'Megabytes.' }),
  concurrency: z
    .number()
    .int()
    .min(1)
    .max(64)
    .default(4)
    .meta({ description: 'Most instances; each has one event at a time.' }),
  env: z.record(z.string(), z.string()).default({}).meta({ description: 'Environment of the function.' }),
});
