/** Which of several targets takes the next request. */
export interface Balanced {
  readonly name: string;
  readonly weight: number;
  /** Requests in flight. */
  readonly busy: number;
}

export type Balance = 'round-robin' | 'least-busy' | 'hash';

/** A chooser with a memory of its own for the turn; `among` is never empty. */
export function balancer<T extends Balanced>(kind: Balance): (among: readonly T[], key: string) => T {
  if (kind === 'hash') return (among, key) => byHash(among, key);
  if (kind === 'least-busy')
    return (among) => among.reduce((best, each) => (each.busy / each.weight < best.busy / best.weight ? each : best));
  return smooth();
}

/**
 * Rendezvous hashing: each target's score depends on the key and its own name alone, so when one leaves, only its own
 * keys move.
 */
function byHash<T extends Balanced>(among: readonly T[], key: string): T {
  let best = among[0] as T;
  let bestScore = -1;
  for (const each of among) {
    const chance = (fnv(`${each.name}\n${key}`) + 1) / 4_294_967_297;
    const score = each.weight / -Math.log(chance);
    if (score > bestScore) {
      best = each;
      bestScore = score;
    }
  }
  return best;
}

function fnv(text: string): number {
  let hash = 2_166_136_261;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 16_777_619) >>> 0;
  // Short keys that differ in their last character alone would lie close together.
  hash = Math.imul(hash ^ (hash >>> 16), 2_246_822_507) >>> 0;
  return (hash ^ (hash >>> 13)) >>> 0;
}

/** Smooth weighted turns: with weights 2 and 1 it goes a, b, a and not a, a, b. */
function smooth<T extends Balanced>(): (among: readonly T[]) => T {
  const credit = new Map<string, number>();
  return (among) => {
    let total = 0;
    let best = among[0] as T;
    for (const each of among) {
      const now = (credit.get(each.name) ?? 0) + each.weight;
      credit.set(each.name, now);
      total += each.weight;
      if (now > (credit.get(best.name) ?? 0)) best = each;
    }
    credit.set(best.name, (credit.get(best.name) ?? 0) - total);
    return best;
  };
}
