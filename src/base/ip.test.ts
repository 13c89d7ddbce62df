import { BlockList, isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressSet, countedAs, formatAddress, parseAddress, parseBlock } from './ip.ts';

const octet = fc.integer({ min: 0, max: 255 });
const v4 = fc.tuple(octet, octet, octet, octet).map((parts) => parts.join('.'));
// Few different groups, so that blocks and addresses meet.
const group = fc.oneof(
  fc.constantFrom('0', '1', 'ffff', 'db8', '2001'),
  fc.integer({ min: 0, max: 0xffff }).map((value) => value.toString(16)),
);
const v6 = fc.array(group, { minLength: 8, maxLength: 8 }).map((parts) => parts.join(':'));
const near4 = fc
  .tuple(fc.constantFrom(10, 11, 192), fc.constantFrom(0, 1, 255), octet, octet)
  .map((parts) => parts.join('.'));
const block4 = fc.tuple(near4, fc.integer({ min: 0, max: 32 }));
const block6 = fc.tuple(v6, fc.integer({ min: 0, max: 128 }));

describe('addresses', () => {
  it('reads what the platform reads, and nothing else', () => {
    fc.assert(
      fc.property(fc.oneof(v4, v6, fc.string({ maxLength: 20 }), fc.stringMatching(/^[0-9a-f:.]{0,24}$/)), (text) => {
        const platform = isIP(text.split('%')[0] as string);
        // A zone is the platform's only other form, and means something on one machine only.
        expect(parseAddress(text) !== null).toBe(platform !== 0 && !text.includes('%'));
      }),
      { numRuns: 2000 },
    );
  });

  it('written and read again is the same address', () => {
    fc.assert(
      fc.property(fc.oneof(v4, v6), (text) => {
        const address = parseAddress(text);
        expect(address).not.toBeNull();
        if (address) expect(parseAddress(formatAddress(address))?.bits).toBe(address.bits);
      }),
    );
  });

  it('is written as the URL standard writes it', () => {
    fc.assert(
      fc.property(v6, (text) => {
        const address = parseAddress(text);
        if (address?.family === 6) expect(`[${formatAddress(address)}]`).toBe(new URL(`http://[${text}]`).hostname);
      }),
    );
  });

  it.each([
    '01.2.3.4',
    '1.2.3',
    '1.2.3.4.5',
    '256.1.1.1',
    '1.2.3.4 ',
    '0x7f.1',
    '::1%lo',
    ':::',
    '1::2::3',
    '12345::',
    '1:2:3:4:5:6:7:8:9',
    '::1.2.3',
    '[::1]',
    '',
    '::ffff:1.2.3.04',
  ])('%j is none', (text) => {
    expect(parseAddress(text)).toBeNull();
  });

  it('an IPv4 address in IPv6 clothes is the same address', () => {
    expect(parseAddress('::ffff:10.0.0.1')).toEqual(parseAddress('10.0.0.1'));
    expect(parseAddress('::ffff:a00:1')).toEqual(parseAddress('10.0.0.1'));
  });
});

describe('sets of blocks', () => {
  it('contain what the platform says they contain (IPv4)', () => {
    fc.assert(
      fc.property(
        fc.array(block4, { maxLength: 12 }),
        fc.array(near4, { minLength: 1, maxLength: 20 }),
        (blocks, addresses) => {
          const oracle = new BlockList();
          for (const [net, prefix] of blocks) oracle.addSubnet(net, prefix, 'ipv4');
          const { set, bad } = addressSet(blocks.map(([net, prefix]) => `${net}/${prefix}`));
          expect(bad).toEqual([]);
          for (const text of addresses)
            expect([text, set.has(parseAddress(text) as never)]).toEqual([text, oracle.check(text, 'ipv4')]);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('contain what the platform says they contain (IPv6)', () => {
    fc.assert(
      fc.property(
        fc.array(block6, { maxLength: 12 }),
        fc.array(v6, { minLength: 1, maxLength: 20 }),
        (blocks, addresses) => {
          const oracle = new BlockList();
          for (const [net, prefix] of blocks) oracle.addSubnet(net, prefix, 'ipv6');
          const { set } = addressSet(blocks.map(([net, prefix]) => `${net}/${prefix}`));
          for (const text of addresses)
            expect([text, set.has(parseAddress(text) as never)]).toEqual([text, oracle.check(text, 'ipv6')]);
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each([
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/',
    '10.0.0.0/08',
    '10.0.0.0/8/8',
    '::/129',
    '/8',
    'example.com/8',
    '10.0.0.0/8 ',
  ])('%j is no block', (text) => {
    expect(parseBlock(text)).toBeNull();
  });
});

describe('whom an address stands for', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::', '2001:db8:1:2::/64'],
    ['2001:db8:1:3::1', '2001:db8:1:3::/64'],
    ['::1', '::/64'],
    ['unknown', 'unknown'],
    ['not:an:address', 'not:an:address'],
  ])('%s: %s', (address, counted) => expect(countedAs(address)).toBe(counted));
});
