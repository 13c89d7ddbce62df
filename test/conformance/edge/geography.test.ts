import { afterAll, describe, expect, it } from 'vitest';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileGeography } from '../../../src/stores/file/geography.ts';
import { mmdb } from '../../support/mmdb.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { answer, cloudfront, distribution, xCache } from './parts.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());

const munich = {
  country: { iso_code: 'DE', names: { en: 'Germany' } },
  subdivisions: [{ iso_code: 'BY', names: { en: 'Bavaria' } }],
  city: { names: { en: 'München' } },
  postal: { code: '80331' },
  location: { latitude: 48.13743, longitude: 11.57549, time_zone: 'Europe/Berlin' },
  autonomous_system_number: 64_500,
};
const file = (name: string, bytes: Uint8Array): string => {
  const path = join(folder.path, name);
  writeFileSync(path, bytes);
  return path;
};
const cities = file(
  'cities.mmdb',
  mmdb([
    ['198.51.100.0', 24, munich],
    ['203.0.113.128', 25, { country: { iso_code: 'KP', names: { en: 'North Korea' } } }],
    ['192.0.2.0', 24, { registered_country: { iso_code: 'FR' } }],
    ['192.88.99.0', 24, { autonomous_system_number: 64_501 }],
    ['2001:db8:1::', 48, { country: { iso_code: 'KP' } }],
    ['2001:db8:2::', 48, munich],
  ]),
);

describe('an address database in the mmdb format', () => {
  const rows: readonly (readonly [address: string, country: string | null])[] = [
    ['198.51.100.7', 'DE'],
    ['198.51.101.7', null],
    ['203.0.113.127', null],
    ['203.0.113.128', 'KP'],
    ['203.0.113.255', 'KP'],
    ['192.0.2.1', 'FR'],
    ['192.88.99.1', null],
    ['2001:db8:1::1', 'KP'],
    ['2001:db8:1:ffff::', 'KP'],
    ['2001:db8:3::1', null],
    ['2001:db8:2::9', 'DE'],
    ['::1', null],
    ['nonsense', null],
  ];
  it(`knows the country of ${rows.length} addresses, or that it does not`, () => {
    const geography = fileGeography(cities);
    for (const [address, country] of rows) expect(geography.country(address), address).toBe(country);
    expect(rows.length).toBeGreaterThan(10);
  });
  it('of IPv4 alone knows nothing of IPv6', () => {
    const old = fileGeography(file('v4.mmdb', mmdb([['198.51.100.0', 24, munich]], 4)));
    expect([old.country('198.51.100.1'), old.country('2001:db8:2::9')]).toEqual(['DE', null]);
  });
  it('that is none is an error that names the member', async () => {
    const path = file('none.mmdb', Buffer.from('no database'));
    await expect(distribution(() => answer('x'), [{}], { geo: { database: path, block: ['KP'] } })).rejects.toThrow(
      /edge\.geo\.database/,
    );
  });
});

describe('countries', () => {
  it('blocks those on the list, over IPv4 and IPv6, and lets the unknown in', async () => {
    const v = await distribution(() => answer('x'), [{ cache: cloudfront() }], {
      geo: { database: cities, block: ['KP'] },
    });
    const seen: (readonly [string, number])[] = [];
    for (const address of ['198.51.100.7', '203.0.113.200', '2001:db8:1::1', '10.0.0.1', '2001:db8:3::1'])
      seen.push([address, (await v.send({ target: '/', address })).status]);
    expect(seen).toEqual([
      ['198.51.100.7', 200],
      ['203.0.113.200', 403],
      ['2001:db8:1::1', 403],
      ['10.0.0.1', 200],
      ['2001:db8:3::1', 200],
    ]);
    const blocked = await v.send({ target: '/', address: '203.0.113.200' });
    expect([blocked.record.code, xCache(blocked)]).toEqual(['edge.geo', 'Error']);
  });
  it('lets in those on the other list alone, and the unknown', async () => {
    const v = await distribution(() => answer('x'), [{}], { geo: { database: cities, allow: ['DE', 'FR'] } });
    const status = async (address: string): Promise<number> => (await v.send({ target: '/', address })).status;
    expect([await status('192.0.2.1'), await status('2001:db8:1::1'), await status('10.0.0.1')]).toEqual([
      200, 403, 200,
    ]);
  });
  it('turns the unknown away where the document says so', async () => {
    const v = await distribution(() => answer('x'), [{}], {
      geo: { database: cities, allow: ['DE'], unknown: 'block' },
    });
    const reply = async (address: string) => (await v.send({ target: '/', address })).record.code;
    expect([await reply('198.51.100.1'), await reply('10.0.0.1'), await reply('2001:db8:3::1')]).toEqual([
      null,
      'edge.geo',
      'edge.geo',
    ]);
  });
});

describe('fields about the viewer', () => {
  const all = [
    'Country',
    'Country-Name',
    'Country-Region',
    'Country-Region-Name',
    'City',
    'Postal-Code',
    'Time-Zone',
    'Latitude',
    'Longitude',
    'Metro-Code',
    'ASN',
    'TLS',
  ].map((name) => `CloudFront-Viewer-${name}`);
  it('tell the origin where he is and how he came, and take no word of his own', async () => {
    const v = await distribution(() => answer('x'), [{ originRequest: { headers: 'none', cloudfront: all } }], {
      geo: { database: cities, block: ['KP'] },
    });
    await v.send({
      target: '/',
      address: '2001:db8:2::9',
      headers: { 'CloudFront-Viewer-Metro-Code': '501', 'CloudFront-Viewer-City': 'Nowhere' },
      viewer: { secure: true, tls: { protocol: 'TLSv1.3', cipher: 'TLS_AES_128_GCM_SHA256', resumed: true } },
    });
    expect(all.map((name) => v.asked[0]?.headers.get(name.toLowerCase()))).toEqual([
      'DE',
      'Germany',
      'BY',
      'Bavaria',
      'M%C3%BCnchen',
      '80331',
      'Europe/Berlin',
      '48.13743',
      '11.57549',
      undefined,
      '64500',
      'TLSv1.3:TLS_AES_128_GCM_SHA256:sessionResumed',
    ]);
    await v.send({ target: '/', address: '10.0.0.1' });
    expect(all.filter((name) => v.asked[1]?.headers.has(name.toLowerCase()))).toEqual([]);
  });
});
