import type { Exchange } from '../flow/exchange.ts';
import { defineSlot } from '../flow/facts.ts';

/** Milliseconds that origins were waited for: until the answer's header was there, or none was to come; all attempts. */
export const originMsFact = defineSlot<number>('origin-ms');

/** Another attempt has ended after so many milliseconds. */
export function waited(exchange: Exchange, ms: number): void {
  exchange.facts.set(originMsFact, (exchange.facts.get(originMsFact) ?? 0) + ms);
}
