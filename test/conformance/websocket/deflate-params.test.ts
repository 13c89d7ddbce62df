import { randomBytes } from 'node:crypto';
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { closeBody, echoServer, exchange, frame, handshakeText, type EchoServer, type Seen } from './harness.ts';

/**
 * Every combination of permessage-deflate's four parameters that a client can offer (RFC 7692 section 7.1), each with a
 * talk in both directions: what was agreed is kept to, seen by a decoder that knows nothing of the code under test.
 */

let server: EchoServer;
let frugal: EchoServer;
beforeAll(async () => {
  const limits = { maxMessage: 1 << 20, maxFrame: 1 << 20, maxSentFrame: 1 << 20, compressFrom: 0 };
  server = await echoServer(limits, { sendTakeover: true, receiveTakeover: true, maxSendBits: 15, maxReceiveBits: 15 });
  frugal = await echoServer(limits, {
    sendTakeover: false,
    receiveTakeover: false,
    maxSendBits: 10,
    maxReceiveBits: 11,
  });
});
afterAll(() => Promise.all([server.stop(), frugal.stop()]));

interface Offer {
  readonly serverNo: boolean;
  readonly clientNo: boolean;
  readonly serverBits: number | null;
  /** `true`: without a value. */
  readonly clientBits: number | true | null;
}

const bits = [8, 9, 10, 11, 12, 13, 14, 15] as const;
const offers: Offer[] = [];
for (const serverNo of [false, true])
  for (const clientNo of [false, true]) {
    for (const serverBits of [null, ...bits])
      offers.push(
        { serverNo, clientNo, serverBits, clientBits: null },
        { serverNo, clientNo, serverBits, clientBits: true },
      );
    for (const clientBits of bits)
      offers.push(
        { serverNo, clientNo, serverBits: null, clientBits },
        { serverNo, clientNo, serverBits: 9, clientBits },
      );
  }

function textOf({ serverNo, clientNo, serverBits, clientBits }: Offer): string {
  return [
    'permessage-deflate',
    ...(serverNo ? ['server_no_context_takeover'] : []),
    ...(clientNo ? ['client_no_context_takeover'] : []),
    ...(serverBits === null ? [] : [`server_max_window_bits=${serverBits}`]),
    ...(clientBits === null
      ? []
      : [clientBits === true ? 'client_max_window_bits' : `client_max_window_bits=${clientBits}`]),
  ].join('; ');
}

interface Agreed {
  readonly serverNo: boolean;
  readonly clientNo: boolean;
  readonly serverBits: number;
  readonly clientBits: number;
  readonly names: ReadonlySet<string>;
}

function agreedIn(head: string): Agreed {
  const line = /^Sec-WebSocket-Extensions: permessage-deflate(.*)\r$/m.exec(head)?.[1];
  expect(line, head).toBeDefined();
  const params = new Map<string, string>();
  for (const each of line!.split(';').slice(1)) {
    const [name = '', value = ''] = each.trim().split('=');
    params.set(name, value);
  }
  return {
    serverNo: params.has('server_no_context_takeover'),
    clientNo: params.has('client_no_context_takeover'),
    serverBits: Number(params.get('server_max_window_bits') ?? 15),
    clientBits: Number(params.get('client_max_window_bits') ?? 15),
    names: new Set(params.keys()),
  };
}

const long = Array.from({ length: 900 }, (_, i) => `word${(i * 7919) % 1000}`).join(' ');
const noise = randomBytes(3000);
const far = Buffer.concat([noise, Buffer.from(long), noise]);
const talk = [Buffer.from(''), Buffer.from('a'), Buffer.from('Hello Hello Hello'), far, far, Buffer.from(long)];

/** What a client says that keeps to `agreed`: one stream over all messages, or one for each. */
function packed(agreed: Agreed): Buffer[] {
  // zlib writes raw data with 9 bits where 8 are asked for; without references any window is kept to.
  const narrow =
    agreed.clientBits === 8 ? { windowBits: 9, strategy: constants.Z_HUFFMAN_ONLY } : { windowBits: agreed.clientBits };
  let before: Buffer = Buffer.alloc(0);
  return talk.map((body) => {
    const dictionary = before.subarray(Math.max(0, before.length - (1 << agreed.clientBits)));
    const keeps = !agreed.clientNo && agreed.clientBits > 8 && dictionary.length > 0;
    const out = deflateRawSync(body, {
      ...narrow,
      finishFlush: constants.Z_SYNC_FLUSH,
      ...(keeps ? { dictionary } : {}),
    });
    before = Buffer.concat([before, body]);
    return out.subarray(0, -4);
  });
}

/** Reads what came back with a window of just the size that was agreed: a reference further back is an error. */
function unpacked(frames: readonly Seen[], agreed: Agreed): Buffer[] {
  let before: Buffer = Buffer.alloc(0);
  return frames
    .filter((seen) => seen.opcode < 8)
    .map((seen) => {
      expect(seen.rsv & 4).toBe(4);
      const dictionary = before.subarray(Math.max(0, before.length - (1 << agreed.serverBits)));
      const out = inflateRawSync(Buffer.concat([seen.payload, Buffer.from('0000ffff', 'hex')]), {
        windowBits: agreed.serverBits,
        finishFlush: constants.Z_SYNC_FLUSH,
        ...(agreed.serverNo || dictionary.length === 0 ? {} : { dictionary }),
      });
      before = Buffer.concat([before, out]);
      return out;
    });
}

async function talkThrough(to: EchoServer, offer: Offer): Promise<Agreed> {
  const handshake = handshakeText(`Sec-WebSocket-Extensions: ${textOf(offer)}\r\n`);
  const { head } = await exchange(to.port, handshake, [frame({ op: 8, body: closeBody(1000) })]);
  const agreed = agreedIn(head);
  const said = packed(agreed).map((body) => frame({ op: 2, rsv: 4, body }));
  const { frames } = await exchange(to.port, handshake, [...said, frame({ op: 8, body: closeBody(1000) })]);
  expect(frames.at(-1)?.payload.readUInt16BE(0), 'a clean close').toBe(1000);
  const back = unpacked(frames, agreed);
  expect(back.length).toBe(talk.length);
  back.forEach((body, i) => expect(body.equals(talk[i]!), `message ${i}`).toBe(true));
  return agreed;
}

describe('every combination of parameters', () => {
  it('has 136 rows', () => expect(new Set(offers.map(textOf)).size).toBe(136));
  for (const offer of offers) {
    it(`7692 7.1: ${textOf(offer)}`, async () => {
      const agreed = await talkThrough(server, offer);
      expect(agreed.serverNo, '7.1.1.1').toBe(offer.serverNo);
      if (offer.clientNo) expect(agreed.clientNo, '7.1.1.2').toBe(true);
      if (offer.serverBits !== null) {
        expect(agreed.names.has('server_max_window_bits'), '7.1.2.1').toBe(true);
        expect(agreed.serverBits, '7.1.2.1').toBeLessThanOrEqual(offer.serverBits);
      }
      if (offer.clientBits === null) expect(agreed.names.has('client_max_window_bits'), '7.1.2.2').toBe(false);
      else if (offer.clientBits !== true) expect(agreed.clientBits, '7.1.2.2').toBeLessThanOrEqual(offer.clientBits);
    });
  }
});

describe('a server that is sparing with memory', () => {
  it('says so to a client that can be told', async () => {
    const agreed = await talkThrough(frugal, { serverNo: false, clientNo: false, serverBits: 12, clientBits: true });
    expect(agreed).toMatchObject({ serverNo: true, clientNo: true, serverBits: 10, clientBits: 11 });
  });
  it('7692 7.1.2.2: tells no window to a client that did not offer to be told', async () => {
    const agreed = await talkThrough(frugal, { serverNo: false, clientNo: false, serverBits: null, clientBits: null });
    expect(agreed).toMatchObject({ serverNo: true, clientNo: true, serverBits: 10, clientBits: 15 });
    expect(agreed.names.has('client_max_window_bits')).toBe(false);
  });
});
