import { RuleError, type SourcePlace } from './rule-error.ts';

/** A whole number from `least` to `most`, or an error that says so. */
export function wholeWithin(text: string, least: number, most: number, place?: SourcePlace): number {
  const number = /^\d{1,15}$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new RuleError(`\`${text}\` is not a whole number from ${least} to ${most}`, { ...(place && { place }) });
}
