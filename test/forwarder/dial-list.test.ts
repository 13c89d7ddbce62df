import { describe, expect, it } from 'vitest';
import { dialList } from '../../src/integration/private.ts';
import { openDialer } from '../../src/net/dialer.ts';
import { edge, everythingTo } from '../support/edge.ts';
import { recordingOrigin } from '../support/origin.ts';

describe('which addresses may be dialled', () => {
  it.each([
    ['93.184.216.34', true],
    ['8.8.8.8', true],
    ['2606:2800:220:1::1', true],
    ['127.0.0.1', false],
    ['127.9.9.9', false],
    ['0.0.0.0', false],
    ['10.1.2.3', false],
    ['100.64.0.1', false],
    ['169.254.169.254', false],
    ['169.254.170.2', false],
    ['172.16.0.1', false],
    ['172.32.0.1', true],
    ['192.168.1.1', false],
    ['224.0.0.1', false],
    ['255.255.255.255', false],
    ['::1', false],
    ['::', false],
    ['::ffff:127.0.0.1', false],
    ['::ffff:169.254.169.254', false],
    ['::ffff:a9fe:a9fe', false],
    ['::127.0.0.1', false],
    ['fd00:ec2::254', false],
    ['fe80::1', false],
    ['64:ff9b::a9fe:a9fe', false],
    ['64:ff9b:1::a9fe:a9fe', false],
    ['2002:a9fe:a9fe::1', false],
    ['2001::1', false],
    ['ff02::1', false],
    ['not an address', false],
    ['fe80::1%eth0', false],
  ])('%s: %s', (address, may) => {
    expect(dialList([])(address)).toBe(may);
  });

  it('what is listed may, and only that', () => {
    const may = dialList(['10.0.3.0/24', '::1']);
    expect(['10.0.3.7', '::1', '10.0.4.1', '127.0.0.1'].map(may)).toEqual([true, true, false, false]);
  });
});

describe('dialling', () => {
  const ask = async (
    url: string,
    allow: string[],
    addresses: string[],
  ): Promise<readonly [number, string | null, string]> => {
    const running = await edge(everythingTo(url, { allow, retries: 0, timeouts: { connect: '500ms' } }), {
      ports: {
        openDialer: openDialer({
          resolve: (host) => Promise.resolve(addresses.length > 0 ? addresses : [host.replaceAll(/[[\]]/g, '')]),
        }),
      },
    });
    try {
      const response = await fetch(`${running.url}/`);
      return [response.status, response.headers.get('x-sallyport-code'), await response.text()];
    } finally {
      await running.close();
    }
  };

  it('loopback is refused unless it is listed', async () => {
    const origin = await recordingOrigin();
    expect(await ask(origin.url, [], [])).toEqual([
      502,
      'integration.origin.not-allowed',
      '{"message":"Bad Gateway"}\n',
    ]);
    expect(origin.connections()).toBe(0);
    expect((await ask(origin.url, ['127.0.0.1'], []))[0]).toBe(200);
    await origin.close();
  });

  it.each([
    'http://169.254.169.254',
    'http://[fd00:ec2::254]',
    'http://[::ffff:169.254.169.254]',
    'http://0.0.0.0:80',
    'http://2852039166',
    'http://0x7f.1',
  ])('%s is refused however it is spelled', async (url) => {
    const { hostname } = new URL(url);
    expect((await ask(url, [], [hostname.replaceAll(/[[\]]/g, '')])).slice(0, 2)).toEqual([
      502,
      'integration.origin.not-allowed',
    ]);
  });

  it('a public name that turns out to be private is refused', async () => {
    const origin = await recordingOrigin();
    expect((await ask(`http://innocent.test:${origin.port}`, [], ['127.0.0.1'])).slice(0, 2)).toEqual([
      502,
      'integration.origin.not-allowed',
    ]);
    expect(origin.connections()).toBe(0);
    await origin.close();
  });

  it('of several addresses only the allowed ones are tried', async () => {
    const origin = await recordingOrigin();
    const answer = await ask(`http://mixed.test:${origin.port}`, ['127.0.0.1'], ['169.254.169.254', '127.0.0.1']);
    expect(answer[0]).toBe(200);
    await origin.close();
  });

  it('a name is resolved once per connection, and not again for the same one', async () => {
    const origin = await recordingOrigin();
    let resolved = 0;
    const running = await edge(everythingTo(`http://once.test:${origin.port}`), {
      ports: {
        openDialer: openDialer({
          resolve: () => {
            resolved++;
            // Who rebinds the name between the look and the call gains nothing: there is no second look.
            return Promise.resolve(resolved === 1 ? ['127.0.0.1'] : ['169.254.169.254']);
          },
        }),
      },
    });
    for (let at = 0; at < 3; at++) expect((await fetch(`${running.url}/`)).status).toBe(200);
    expect(resolved).toBe(1);
    await running.close();
    await origin.close();
  });
});
