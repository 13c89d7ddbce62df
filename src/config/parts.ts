import { z } from 'zod';
import { milliseconds } from '../base/duration.ts';
import { parseBlock } from '../base/ip.ts';

/** The small words that every page of the vocabulary uses. */

export const durationText = z
  .string()
  .refine((text) => milliseconds(text) !== null, {
    error: 'wanted a duration such as "250ms", "30s", "5m", "12h" or "1d"',
  })
  .meta({ description: 'A duration: `250ms`, `30s`, `5m`, `12h`, `1d`.', examples: ['30s'] });

/** A duration that the code reads as milliseconds. */
export const ms = (text: string): number => milliseconds(text) as number;

const sizes = { b: 1, kb: 1024, mb: 1_048_576, gb: 1_073_741_824 } as const;

export function bytesOf(text: string): number | null {
  const parts = /^(\d+(?:\.\d+)?)\s*(b|kb|mb|gb)$/i.exec(text);
  return parts ? Math.floor(Number(parts[1]) * sizes[(parts[2] as string).toLowerCase() as keyof typeof sizes]) : null;
}

export const sizeText = z
  .union([z.number().int().nonnegative(), z.string()])
  .refine((size) => typeof size === 'number' || bytesOf(size) !== null, {
    error: 'wanted bytes as a number or "512kb", "10mb"',
  })
  .meta({
    description: 'Bytes as a number, or a text such as `512kb` or `10mb` (1 kB = 1024 bytes).',
    examples: ['1mb'],
  });

/** A size that the code reads as bytes. */
export const size = (given: number | string): number =>
  typeof given === 'number' ? given : (bytesOf(given) as number);

export const blockText = z
  .string()
  .refine((text) => parseBlock(text) !== null, {
    error: 'wanted an address or CIDR block such as "10.0.0.0/8" or "2001:db8::/32"',
  })
  .meta({ description: 'An IPv4 or IPv6 address, or a CIDR block.', examples: ['10.0.0.0/8'] });

export const headerName = z
  .string()
  .regex(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/, { error: 'wanted a header name: letters, digits and hyphens' })
  .meta({ description: 'A header field name.', examples: ['x-api-key'] });

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
