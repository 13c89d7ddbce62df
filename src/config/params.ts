import * as z from 'zod/mini';
import { block, byteSize, duration, fieldName } from './words.ts';

/**
 * The words that parameters of rules and options of definitions are made of. They are `zod/mini`'s, and made when a page
 * asks for them: a function loads these pages in its cold start, where zod's own classes would take longer than everything
 * else together.
 */

/** What the reference says of a parameter. */
export function says<Schema extends z.core.$ZodType>(schema: Schema, description: string): Schema {
  z.globalRegistry.add(schema, { description });
  return schema;
}

export const optional = <Schema extends z.core.$ZodType>(
  schema: Schema,
  description: string,
): z.ZodMiniOptional<Schema> => says(z.optional(schema), description);

export const byDefault = <Schema extends z.core.$ZodType>(
  schema: Schema,
  value: z.core.util.NoUndefined<z.output<Schema>>,
  description: string,
): z.ZodMiniDefault<Schema> => says(z._default(schema, value), description);

/** A regular expression given as data: checked when the document is loaded, matched against short, bounded values only. */
export const patternText = () =>
  z.string().check(z.maxLength(500), z.refine(isPattern, { error: 'wanted a regular expression' }));

function isPattern(text: string): boolean {
  try {
    return Boolean(new RegExp(text, 'u'));
  } catch {
    return false;
  }
}

export const headerName = () =>
  z.string().check(z.regex(fieldName.pattern, { error: fieldName.error }), z.meta(fieldName.meta));

export const durationText = () =>
  z.string().check(z.refine(duration.is, { error: duration.error }), z.meta(duration.meta));

export const blockText = () => z.string().check(z.refine(block.is, { error: block.error }), z.meta(block.meta));

export const sizeText = () =>
  z
    .union([z.number().check(z.int(), z.nonnegative()), z.string()])
    .check(z.refine(byteSize.is, { error: byteSize.error }), z.meta(byteSize.meta));

/** Longest value that a pattern is tried on; what is longer does not match, so that nobody pays for a slow pattern. */
const MOST_TESTED = 4096;

export function matcher(pattern: string, ignoreCase = false): (value: string) => boolean {
  const regex = new RegExp(pattern, ignoreCase ? 'iu' : 'u');
  return (value) => value.length <= MOST_TESTED && regex.test(value);
}
