import { describe, expect, it } from 'vitest';
import { seeded } from '../regex/testing/samples.ts';
import { buildTables } from './build.ts';
import { startOf } from './starts.ts';
import { bytesOf, groupBits, groupsOf, profileOf, profiles } from './byte-groups.ts';
import { Scanner } from './scan.ts';
import { ByteSet } from '../regex/byte-set.ts';

function textsIn(scanner: Scanner, tables: ReturnType<typeof buildTables>): Set<number> {
  const found = new Set<number>();
  for (let i = 0; i < scanner.found; i++) {
    const state = scanner.states[i]!;
    for (let at = startOf(tables.starts, state); at < startOf(tables.starts, state + 1); at++)
      found.add(tables.texts[at]!);
  }
  return found;
}

describe('one automaton over all texts', () => {
  it('finds exactly the texts that are in a value, in any case', () => {
    const random = seeded(7);
    const letters = 'abcx(';
    const word = (length: number): string => Array.from({ length }, () => letters[random(letters.length)]!).join('');
    const texts = [...new Set(Array.from({ length: 60 }, () => word(1 + random(6))))];
    const tables = buildTables(texts);
    const scanner = new Scanner(tables);
    let rows = 0;
    for (; rows < 400; rows++) {
      const value = word(random(rows % 4 === 0 ? 150 : 24)).replace(/[ax]/g, (char) =>
        random(2) === 0 ? char : char.toUpperCase(),
      );
      scanner.scan(value);
      const expected = texts.flatMap((text, i) => (value.toLowerCase().includes(text) ? [i] : []));
      expect(
        [...textsIn(scanner, tables)].sort((a, b) => a - b),
        value,
      ).toEqual(expected);
    }
    expect(rows).toBe(400);
  });

  it('says which groups of bytes a value holds', () => {
    const scanner = new Scanner(buildTables(['ab']));
    scanner.scan('Ab(1');
    expect(scanner.bits).toBe(groupBits[0x41]! | groupBits[0x28]! | groupBits[0x31]!);
    scanner.scan('plain_words');
    expect(scanner.bits).toBe(0);
  });
});

describe('groups of bytes', () => {
  it('has every byte in at most one group, and every profile knows its bytes', () => {
    for (let byte = 0; byte < 256; byte++) {
      const bits = groupBits[byte]!;
      expect(bits & (bits - 1)).toBe(0);
      expect(bytesOf(profiles[profileOf(bits)]!).has(byte)).toBe(true);
    }
  });

  it('tells nothing of a set that any value may meet', () => {
    expect(groupsOf(ByteSet.chars('(a'))).toBeNull();
    expect(groupsOf(ByteSet.chars('(<'))).toBe(groupBits[0x28]! | groupBits[0x3c]!);
  });
});
