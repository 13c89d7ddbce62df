import { ms, size } from '../config/words.ts';
import type { SocketApiDocument, SocketOriginDocument } from '../config/socket.ts';
import type { DeflateChoice } from '../wire/ws/extensions.ts';
import { defaultLimits, type Limits } from '../wire/ws/terms.ts';

/** Sizes and times of the frames, as a document says them. */
export function socketLimits(
  given: Pick<SocketApiDocument | SocketOriginDocument, 'limits' | 'ping' | 'pongWithin' | 'binary'>,
): Limits {
  const { limits } = given;
  return {
    ...defaultLimits,
    maxMessage: size(limits.message),
    maxFrame: size(limits.frame),
    maxFragments: limits.fragments,
    maxPending: size(limits.pending),
    maxControlPerSecond: limits.control,
    stallMs: ms(limits.stall),
    idleMs: ms(limits.idle),
    idleByOrigin: 'idleCounts' in limits && limits.idleCounts === 'origin',
    lifeMs: ms(limits.life),
    pingMs: given.ping === undefined ? 0 : ms(given.ping),
    pongMs: ms(given.pongWithin),
    binary: given.binary,
  };
}

/** What a document wants of compression; null for none. */
export function packing(
  given: SocketApiDocument['compression'],
): { readonly choice: DeflateChoice; readonly from: number } | null {
  if (given === false) return null;
  const { takeover, window, from } = given === true ? { takeover: true, window: 15, from: 1024 } : given;
  const choice = { sendTakeover: takeover, receiveTakeover: takeover, maxSendBits: window, maxReceiveBits: window };
  return { choice, from: size(from) };
}
