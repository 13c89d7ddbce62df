/**
 * IPv4 and IPv6 addresses, CIDR blocks, and a set of blocks searched by halving. IPv4 lives inside IPv6 as
 * `::ffff:a.b.c.d`, so both families are one order of 128-bit numbers.
 */

const V4_PREFIX = 0xffff_0000_0000n;
const ALL = (1n << 128n) - 1n;

export interface Address {
  readonly family: 4 | 6;
  /** 128 bits; an IPv4 address in its mapped form. */
  readonly bits: bigint;
}

function v4(text: string): bigint | null {
  const parts = text.split('.');
  if (parts.length !== 4) return null;
  let bits = 0n;
  for (const part of parts) {
    // No leading zeros: some readers take them for octal, and then two parties see two addresses.
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return null;
    bits = (bits << 8n) | BigInt(part);
  }
  return bits;
}

function v6(text: string): bigint | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const groups = (half: string): bigint[] | null => {
    if (half === '') return [];
    const out: bigint[] = [];
    const parts = half.split(':');
    for (const [at, part] of parts.entries()) {
      if (part.includes('.')) {
        const mapped = at === parts.length - 1 ? v4(part) : null;
        if (mapped === null) return null;
        out.push(mapped >> 16n, mapped & 0xffffn);
      } else {
        if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return null;
        out.push(BigInt(`0x${part}`));
      }
    }
    return out;
  };
  const head = groups(halves[0] ?? '');
  const tail = halves.length === 2 ? groups(halves[1] ?? '') : [];
  if (!head || !tail) return null;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  let bits = 0n;
  for (const group of [...head, ...Array.from({ length: missing }, () => 0n), ...tail]) bits = (bits << 16n) | group;
  return bits;
}

/** Null when the text is no address. A zone (`%eth0`) is not accepted: it means something on one machine only. */
export function parseAddress(text: string): Address | null {
  if (text.includes(':')) {
    const bits = v6(text);
    if (bits === null) return null;
    return bits >> 32n === 0xffffn ? { family: 4, bits } : { family: 6, bits };
  }
  const bits = v4(text);
  return bits === null ? null : { family: 4, bits: V4_PREFIX | bits };
}

/** The shortest form of RFC 5952; IPv4 as dotted numbers. */
export function formatAddress(address: Address): string {
  if (address.family === 4) {
    return [24n, 16n, 8n, 0n].map((shift) => String((address.bits >> shift) & 255n)).join('.');
  }
  const groups = Array.from({ length: 8 }, (_, at) => Number((address.bits >> BigInt(112 - at * 16)) & 0xffffn));
  let start = -1;
  let length = 1;
  for (let at = 0; at < 8; at++) {
    let run = 0;
    while (at + run < 8 && groups[at + run] === 0) run++;
    if (run > length) {
      start = at;
      length = run;
    }
  }
  const text = (list: readonly number[]): string => list.map((group) => group.toString(16)).join(':');
  return start < 0 ? text(groups) : `${text(groups.slice(0, start))}::${text(groups.slice(start + length))}`;
}

/**
 * Whom an address stands for when callers are counted: an IPv4 address itself, of IPv6 the /64 it lies in, because that
 * is what one subscriber is given and can change addresses within as he likes. Text that is no address stands for itself.
 */
export function countedAs(text: string): string {
  if (!text.includes(':')) return text;
  const address = parseAddress(text);
  if (!address) return text;
  if (address.family === 4) return formatAddress(address);
  return `${formatAddress({ family: 6, bits: (address.bits >> 64n) << 64n })}/64`;
}

export interface Block {
  readonly first: bigint;
  readonly last: bigint;
}

/** `10.0.0.0/8`, `2001:db8::/32`, or a single address. Null when it is neither. Host bits may be set and are ignored. */
export function parseBlock(text: string): Block | null {
  const slash = text.indexOf('/');
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (!address) return null;
  const width = address.family === 4 && !text.includes(':') ? 32 : 128;
  let prefix = width;
  if (slash >= 0) {
    const digits = text.slice(slash + 1);
    if (!/^(0|[1-9]\d{0,2})$/.test(digits) || Number(digits) > width) return null;
    prefix = Number(digits);
  }
  const hosts = (1n << BigInt(width - prefix)) - 1n;
  const first = address.bits & (ALL ^ hosts);
  return { first, last: first | hosts };
}

/** A set of blocks: merged when it is built, searched by halving. About a million checks a second. */
export class AddressSet {
  readonly #first: bigint[] = [];
  readonly #last: bigint[] = [];

  constructor(blocks: Iterable<Block>) {
    const sorted = [...blocks].sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
    for (const block of sorted) {
      const end = this.#last.length - 1;
      const before = this.#last[end];
      if (before !== undefined && block.first <= before + 1n) {
        if (block.last > before) this.#last[end] = block.last;
      } else {
        this.#first.push(block.first);
        this.#last.push(block.last);
      }
    }
  }

  /** Number of ranges after merging. */
  get size(): number {
    return this.#first.length;
  }

  has(address: Address): boolean {
    let low = 0;
    let high = this.#first.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      if (address.bits < (this.#first[middle] as bigint)) high = middle - 1;
      else if (address.bits > (this.#last[middle] as bigint)) low = middle + 1;
      else return true;
    }
    return false;
  }
}

/** A set from texts; `bad` names the ones that are no address or block. */
export function addressSet(texts: readonly string[]): { readonly set: AddressSet; readonly bad: readonly string[] } {
  const blocks: Block[] = [];
  const bad: string[] = [];
  for (const text of texts) {
    const block = parseBlock(text);
    if (block) blocks.push(block);
    else bad.push(text);
  }
  return { set: new AddressSet(blocks), bad };
}
