import { z } from 'zod';
import { blockText, durationText, sizeText } from './parts.ts';

export const origin = z
  .strictObject({
    url: z
      .string()
      .regex(/^https?:\/\/[^/?#]+$/, {
        error:
          'wanted scheme, host and port only, e.g. "http://10.0.3.7:8080"; put a path prefix in the route\'s `rewrite`',
      })
      .meta({
        description:
          'Scheme, host and port. The name is resolved once per connection, and the connection goes to what was resolved.',
      }),
    allow: z.array(blockText).default([]).meta({
      description:
        'Private, loopback or link-local blocks that may be dialled for this origin. Metadata addresses are refused unless listed.',
    }),
    host: z
      .enum(['origin', 'viewer'])
      .default('origin')
      .meta({ description: "The `Host` field sent: the origin's own, or the one the viewer asked for." }),
    headers: z.record(z.string(), z.string()).default({}).meta({
      description:
        'Fields set on each request, e.g. a secret that proves the edge. `${secret:NAME}` is filled in from the environment.',
    }),
    timeouts: z
      .strictObject({
        connect: durationText.default('3s').meta({ description: 'Until a connection stands; then 502.' }),
        firstByte: durationText.default('30s').meta({ description: "Until the answer's header is there; then 504." }),
        idle: durationText
          .default('30s')
          .meta({ description: 'Between two chunks of the answer; then it is broken off.' }),
        total: durationText
          .default('60s')
          .meta({ description: "Until the answer's header is there, retry included; then 504." }),
      })
      .prefault({})
      .meta({ description: 'Patience with the origin.' }),
    retries: z.number().int().min(0).max(3).default(1).meta({
      description: 'Further attempts, only where nothing was sent or the method is idempotent and has no body.',
    }),
    connections: z.number().int().positive().default(128).meta({ description: 'Most connections to this origin.' }),
    keepAlive: durationText.default('30s').meta({ description: 'How long an idle connection is kept.' }),
    tls: z
      .strictObject({
        ca: z.string().optional().meta({ description: 'File with the authority to trust (PEM).' }),
        verify: z.boolean().default(true).meta({ description: 'False accepts any certificate: for a laptop only.' }),
        serverName: z
          .string()
          .optional()
          .meta({ description: 'Name to ask for and to check, where it is not the host.' }),
      })
      .prefault({})
      .meta({ description: 'For `https` origins.' }),
    hints: z.boolean().default(false).meta({
      description:
        'Pass on the `Link` fields of its 103 Early Hints. Nothing that judges or changes answers sees them.',
    }),
    responseBytes: sizeText
      .optional()
      .meta({ description: "Most bytes of an answer's declared length; more is a 502. Left out: no limit." }),
  })
  .meta({ id: 'Origin', description: 'A private or public server that requests are forwarded to.' });

export type Origin = z.infer<typeof origin>;
