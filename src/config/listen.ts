import { z } from 'zod';
import { blockText, durationText, sizeText } from './parts.ts';

export const listen = z
  .strictObject({
    host: z
      .string()
      .default('127.0.0.1')
      .meta({ description: 'Address to listen on. Anything beyond loopback has to be written here.' }),
    port: z.number().int().min(0).max(65535).default(8080).meta({ description: 'Port; 0 takes a free one.' }),
    tls: z
      .strictObject({
        cert: z.string().meta({ description: 'File with the certificate chain (PEM).' }),
        key: z.string().meta({ description: 'File with the private key (PEM).' }),
        clients: z
          .strictObject({
            truststore: z
              .string()
              .meta({ description: 'File with the certificates (PEM) that may have signed those of clients.' }),
            required: z.boolean().default(false).meta({
              description:
                'True: no handshake without one, whatever is asked for. False: clients are asked, and APIs with `mutualTls` refuse those who have none.',
            }),
          })
          .optional()
          .meta({ description: 'Mutual TLS: clients are asked for a certificate.' }),
        minVersion: z.enum(['TLSv1.2', 'TLSv1.3']).default('TLSv1.2').meta({ description: 'Oldest protocol spoken.' }),
      })
      .optional()
      .meta({ description: 'HTTPS, with HTTP/2 offered beside HTTP/1.1. The files are read again when they change.' }),
    engine: z.enum(['own', 'node']).default('own').meta({
      description:
        "Who speaks HTTP/1.1 to viewers: Sallyport's own codec, or Node's `http` module. HTTP/2 is always Node's.",
    }),
    trustedProxies: z
      .array(blockText)
      .default([])
      .meta({ description: 'Peers whose `X-Forwarded-For` is believed. Empty: the peer is the client.' }),
    limits: z
      .strictObject({
        headerBytes: sizeText.default('16kb').meta({ description: 'Request line and header together; more is a 431.' }),
        headerCount: z.number().int().positive().default(100).meta({ description: 'Header lines; more is a 431.' }),
        targetBytes: sizeText.default('8kb').meta({ description: 'Request target; more is a 414.' }),
        bodyBytes: sizeText
          .default('10mb')
          .meta({ description: 'Body, unless the route says otherwise; more is a 413.' }),
        headerTimeout: durationText.default('10s').meta({ description: 'Until the header is complete; then 408.' }),
        requestTimeout: durationText
          .default('60s')
          .meta({ description: 'Until the request is complete, body included; then 408.' }),
        keepAlive: durationText.default('65s').meta({ description: 'How long an idle connection is kept.' }),
        connections: z
          .number()
          .int()
          .positive()
          .default(10_000)
          .meta({ description: 'Open connections; more are closed at once.' }),
      })
      .prefault({})
      .meta({ description: 'What a request may cost before anybody looks at it.' }),
    paths: z
      .strictObject({
        encodedSlash: z.enum(['refuse', 'keep']).default('refuse').meta({ description: '`%2F` and `%5C` in a path.' }),
        emptySegment: z.enum(['refuse', 'keep']).default('refuse').meta({ description: '`//` in a path.' }),
        unencoded: z.enum(['refuse', 'keep']).default('refuse').meta({
          description:
            'Bytes beyond ASCII in a query, quotes, brackets and the like in a path, and percent codes in it that are no UTF-8.',
        }),
      })
      .prefault({})
      .meta({ description: 'Spellings of a path that servers disagree about.' }),
    shutdown: durationText.default('25s').meta({ description: 'How long requests in flight may take after SIGTERM.' }),
  })
  .meta({ id: 'Listen', description: 'Where Sallyport listens, and for what it has patience.' });

export const admin = z
  .strictObject({
    host: z.string().default('127.0.0.1').meta({ description: 'Address of the operator port.' }),
    port: z
      .number()
      .int()
      .min(0)
      .max(65535)
      .default(9901)
      .meta({ description: 'Port for `/healthz`, `/readyz`, `/metrics` and `/traces`.' }),
    enabled: z.boolean().default(true).meta({ description: 'False: no operator port at all.' }),
  })
  .meta({ id: 'Admin', description: 'The operator port.' });

export type Listen = z.infer<typeof listen>;
