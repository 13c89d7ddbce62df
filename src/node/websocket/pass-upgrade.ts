import type { Duplex } from 'node:stream';

import { Compression, type Deflater } from '../../wire/ws/deflate.ts';
import type { AgreedThrough } from '../../wire/ws/extensions-through.ts';
import type { Limits } from '../../wire/ws/terms.ts';
import { answer101 } from './accept.ts';
import { PassThrough, type PassListener } from './pass-through.ts';

export interface PassUpgrade {
  readonly client: Duplex;
  /** What came behind the client's handshake already. */
  readonly head: Uint8Array;
  readonly origin: Duplex;
  /** What came behind the origin's answer already. */
  readonly originHead: Uint8Array;
  readonly key: string;
  readonly protocol: string | undefined;
  readonly headers: readonly (readonly [string, string])[];
  readonly agreed: AgreedThrough;
  readonly limits: Limits;
  readonly listener: PassListener;
  readonly now: () => number;
  readonly deflater: Deflater;
}

/** Answers the client's handshake as the origin answered ours, and splices the two. */
export function passUpgrade(options: PassUpgrade): PassThrough {
  const { client, origin, key, protocol, headers, agreed, limits, listener, now } = options;
  answer101(client, { key, protocol, extensions: agreed.header ?? undefined, headers });
  const compression = agreed.terms === null ? null : new Compression(agreed.terms, options.deflater);
  const pass = new PassThrough({ client, origin, limits, listener, now, compression });
  // Held since the origin's answer was read.
  origin.resume();
  if (options.originHead.length > 0) origin.emit('data', options.originHead);
  if (options.head.length > 0) client.emit('data', options.head);
  return pass;
}
