import { afterEach, describe, expect, it } from 'vitest';
import type { BodyFlow } from '../../src/http/body.ts';
import { HeaderList } from '../../src/http/headers.ts';
import { dialList } from '../../src/integration/private.ts';
import { openDialer } from '../../src/net/dialer.ts';
import { systemResolver } from '../../src/net/resolver.ts';
import type { Dialer, Inbound } from '../../src/ports/dialer.ts';
import { recordingOrigin, type RecordingOrigin } from '../support/origin.ts';

let origin: RecordingOrigin;
let dialer: Dialer;
afterEach(async () => {
  await dialer.close();
  await origin.close();
});

const size = 300_000;
const dial = (): Promise<Inbound> =>
  dialer.dial({
    method: 'GET',
    target: '/',
    headers: HeaderList.of({ Host: 'o.test' }),
    body: null,
    onGone: () => () => {},
    firstByteMs: 2000,
  });

describe('a reader that holds the answer at its last bytes', () => {
  it('holds nobody else: the connection answers the next request', async () => {
    origin = await recordingOrigin((_, outgoing) =>
      outgoing.writeHead(200, { 'Content-Length': String(size) }).end(Buffer.alloc(size, 'x')),
    );
    dialer = openDialer(systemResolver)({
      url: origin.url,
      timeouts: { connect: 2000, firstByte: 2000, idle: 2000 },
      connections: 1,
      keepAliveMs: 30_000,
      mayDial: dialList(['127.0.0.0/8']),
      tls: { ca: null, verify: true, serverName: null },
    });
    for (let round = 0; round < 5; round++) {
      const { body } = await dial();
      let came = 0;
      await new Promise<void>((resolve, reject) => {
        let flow: BodyFlow | undefined;
        flow = body?.start({
          data(chunk) {
            came += chunk.length;
            // As a disk does that has not written it yet: every piece is held for a moment, the last one too.
            flow?.pause();
            setTimeout(() => flow?.resume(), came === size ? 20 : 0);
          },
          end: resolve,
          fail: reject,
        });
      });
      expect(came).toBe(size);
    }
    expect([origin.requests.length, origin.connections()]).toEqual([5, 1]);
  });
});
