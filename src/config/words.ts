import { milliseconds } from '../base/duration.ts';
import { parseBlock } from '../base/ip.ts';

/**
 * The small words of the vocabulary before any schema: which texts they are, what is said of one that is none, and what a
 * reference says. `parts.ts` makes members of the document of them, `params.ts` parameters of rules and options of definitions.
 */

export const duration = {
  is: (text: string): boolean => milliseconds(text) !== null,
  error: 'wanted a duration such as "250ms", "30s", "5m", "12h" or "1d"',
  meta: { description: 'A duration: `250ms`, `30s`, `5m`, `12h`, `1d`.', examples: ['30s'] },
};

const sizes = { b: 1, kb: 1024, mb: 1_048_576, gb: 1_073_741_824 } as const;

export function bytesOf(text: string): number | null {
  const parts = /^(\d+(?:\.\d+)?)\s*(b|kb|mb|gb)$/i.exec(text);
  return parts ? Math.floor(Number(parts[1]) * sizes[(parts[2] as string).toLowerCase() as keyof typeof sizes]) : null;
}

export const byteSize = {
  is: (size: number | string): boolean => typeof size === 'number' || bytesOf(size) !== null,
  error: 'wanted bytes as a number or "512kb", "10mb"',
  meta: {
    description: 'Bytes as a number, or a text such as `512kb` or `10mb` (1 kB = 1024 bytes).',
    examples: ['1mb'],
  },
};

/** A duration that the code reads as milliseconds. */
export const ms = (text: string): number => milliseconds(text) as number;

/** A size that the code reads as bytes. */
export const size = (given: number | string): number =>
  typeof given === 'number' ? given : (bytesOf(given) as number);

export const block = {
  is: (text: string): boolean => parseBlock(text) !== null,
  error: 'wanted an address or CIDR block such as "10.0.0.0/8" or "2001:db8::/32"',
  meta: { description: 'An IPv4 or IPv6 address, or a CIDR block.', examples: ['10.0.0.0/8'] },
};

export const fieldName = {
  pattern: /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/,
  error: 'wanted a header name: letters, digits and hyphens',
  meta: { description: 'A header field name.', examples: ['x-api-key'] },
};
