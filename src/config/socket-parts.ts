import { z } from 'zod';
import { functionOptions } from './function.ts';
import { blockText, durationText, sizeText } from './parts.ts';

/** What WebSocket APIs and origins have in common: where a route leads, how long and how large things may be. */

export const functionTarget = functionOptions().register(z.globalRegistry, {
  id: 'SocketFunction',
  description: 'A Lambda handler in proxy form.',
});

export const mockTarget = z
  .strictObject({
    status: z.number().int().min(200).max(599).default(200).meta({ description: 'What a handshake is answered with.' }),
    says: z.string().nullable().default(null).meta({
      description:
        'Said back on a two-way route; `$request.body` stands for the message, and alone for a binary one too.',
    }),
    protocol: z.string().optional().meta({ description: 'The subprotocol that a handshake is answered with.' }),
  })
  .meta({ id: 'SocketMock', description: 'Answers by itself.' });

export const httpTarget = z
  .strictObject({
    url: z
      .string()
      .regex(/^https?:\/\/[^/?#]+$/, { error: 'wanted scheme, host and port only, e.g. "http://10.0.3.7:8080"' })
      .meta({ description: 'Scheme, host and port.' }),
    path: z
      .string()
      .regex(/^\//, { error: 'wanted a path that begins with "/"' })
      .default('/')
      .meta({ description: 'Where events are posted to.' }),
    allow: z.array(blockText).default([]).meta({ description: 'Private blocks that may be dialled.' }),
    headers: z
      .record(z.string(), z.string())
      .default({})
      .meta({ description: 'Fields sent with each event. `${secret:NAME}` is filled in.' }),
  })
  .meta({ id: 'SocketCallback', description: 'An HTTP address that each event is posted to.' });

export const count = z.number().int().positive();

/** Limits of the frames themselves, alike for both ends of a connection. */
export const frameLimits = {
  message: sizeText.default('128kb').meta({ description: 'Longest message; more ends the connection with 1009.' }),
  frame: sizeText.default('32kb').meta({ description: 'Longest frame; more ends the connection with 1009.' }),
  fragments: count
    .default(4096)
    .meta({ description: 'Most fragments of a message; more ends the connection with 1008.' }),
  idle: durationText.default('10m').meta({ description: 'Without a message in either direction; then 1001.' }),
  pending: sizeText.default('1mb').meta({ description: 'Most bytes that wait for a client who does not read.' }),
  stall: durationText.default('30s').meta({ description: 'How long a client may take nothing of what waits for him.' }),
  control: count
    .default(200)
    .meta({ description: 'Most pings and pongs in a second; more ends the connection with 1008.' }),
};

export const urlLimit = count
  .default(4096)
  .meta({ description: 'Most characters of path and query at the handshake; more are refused with 414.' });

/** Who pings whom. */
export const pings = {
  ping: durationText.optional().meta({ description: 'Silence after which we ping; left out: never.' }),
  pongWithin: durationText
    .default('20s')
    .meta({ description: 'A ping without an answer for so long ends the connection.' }),
};

export const socketBudgets = z
  .strictObject({
    total: count.optional().meta({ description: 'On one node.' }),
    perAddress: count.optional().meta({ description: 'On all nodes together where they share `sockets`.' }),
    perKey: count.optional().meta({ description: 'On all nodes together where they share `sockets`.' }),
    perSecond: count.default(500).meta({ description: 'New ones in a second, on one node.' }),
  })
  .prefault({})
  .meta({ description: 'Most connections at a time, and most new ones in a second; more are refused with 429.' });

export const compression = z
  .union([
    z.boolean(),
    z.strictObject({
      takeover: z.boolean().default(true).meta({
        description: 'False: no message refers to earlier ones; packs worse, and saves up to 64 kB per connection.',
      }),
      window: z.number().int().min(9).max(15).default(15).meta({ description: 'Bits of the window, at most.' }),
      from: sizeText.default('1kb').meta({ description: 'Shorter messages of ours go out as they are.' }),
    }),
  ])
  .default(false)
  .meta({
    description:
      'permessage-deflate (RFC 7692) with clients that offer it; AWS has none. `true` stands for `{ takeover: true, window: 15, from: "1kb" }`: messages refer to earlier ones (up to 64 kB per connection), bits of the window, shortest message of ours that is packed.',
  });
