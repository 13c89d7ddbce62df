import { parseAddress, parseBlock, type Block } from '../base/ip.ts';
import { whole } from './matchers.ts';
import type { Matcher } from './operator.ts';
import { RuleError } from './rule-error.ts';

/**
 * A matcher for values that are addresses inside one of `texts`, each an address or a CIDR block of either family. Sorted
 * when it is built and searched by halving. A value that is no address does not match. Throws `RuleError` for a text
 * that is neither.
 */
export function inBlocks(texts: readonly string[]): Matcher {
  if (texts.length === 0) throw new RuleError('no address to compare with', { hint: 'write 10.0.0.0/8,2001:db8::/32' });
  const named = texts.map((text) => ({ text, block: blockOf(text) }));
  named.sort((a, b) => order(a.block.first, b.block.first));
  // The furthest end of all blocks up to here: nested blocks then need no merging, which would lose their names.
  const ends: bigint[] = [];
  for (const { block } of named) {
    const before = ends.at(-1);
    ends.push(before === undefined || block.last > before ? block.last : before);
  }
  const inside = (value: string): bigint | null => {
    const address = parseAddress(value);
    if (address === null) return null;
    let low = 0;
    let high = named.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (named[middle]!.block.first <= address.bits) low = middle + 1;
      else high = middle;
    }
    return low > 0 && ends[low - 1]! >= address.bits ? address.bits : null;
  };
  return {
    test: (value) => inside(value) !== null,
    find(value) {
      const bits = inside(value);
      if (bits === null) return null;
      const hit = named.find(({ block }) => block.first <= bits && bits <= block.last);
      return hit === undefined ? null : whole(value, `in ${hit.text}`);
    },
  };
}

function blockOf(text: string): Block {
  const block = parseBlock(text);
  if (block === null) throw new RuleError(`\`${text}\` is no address or CIDR block`, { hint: 'e.g. 10.0.0.0/8' });
  return block;
}

function order(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
