import { z } from 'zod';
import { block, byteSize, duration, fieldName } from './words.ts';

/** The small words that every page of the vocabulary uses. */

export const durationText = z.string().refine(duration.is, { error: duration.error }).meta(duration.meta);

export const sizeText = z
  .union([z.number().int().nonnegative(), z.string()])
  .refine(byteSize.is, { error: byteSize.error })
  .meta(byteSize.meta);

export const blockText = z.string().refine(block.is, { error: block.error }).meta(block.meta);

export const headerName = z.string().regex(fieldName.pattern, { error: fieldName.error }).meta(fieldName.meta);

/** What happens when the thing that should decide is broken. */
export const onFault = z
  .enum(['closed', 'open'])
  .meta({ description: '`closed`: the request is refused. `open`: it goes on unguarded, and the trace says so.' });

export const throttle = z
  .strictObject({
    rate: z.number().positive().meta({ description: 'Requests per second that flow in for good.' }),
    burst: z.number().int().positive().meta({ description: 'Requests that may come at once.' }),
  })
  .meta({ id: 'Throttle', description: 'A token bucket.', examples: [{ rate: 10, burst: 20 }] });

export type Throttle = z.infer<typeof throttle>;
