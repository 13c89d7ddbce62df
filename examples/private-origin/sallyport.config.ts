import { defineConfig } from 'sallyport';

/** Addresses that GitHub sends webhooks from, as published at https://api.github.com/meta under `hooks` (look there for today's). */
const github = [
  '192.30.252.0/22',
  '185.199.108.0/22',
  '140.82.112.0/20',
  '143.55.64.0/20',
  '2a0a:a440::/29',
  '2606:50c0::/32',
];

/** Where the private service is. Nothing but Sallyport can reach it, and Sallyport dials no other private address. */
const origin = process.env.ORIGIN_URL ?? 'http://127.10.0.2:9000';

export default defineConfig({
  name: 'private-origin',
  listen: {
    port: Number(process.env.PORT ?? 8080),
    // The load balancer in front: its word about the client's address is believed.
    trustedProxies: (process.env.TRUSTED_PROXIES ?? '127.0.0.1').split(','),
    limits: { bodyBytes: '1mb' },
  },
  admin: { port: Number(process.env.ADMIN_PORT ?? 9901) },

  rules: {
    modules: ['./rules/github-events.ts'],
    bodyBytes: 1_048_576,
    map: {
      'POST /webhooks/github': [
        { name: 'ip-set', params: { allow: github } },
        { name: 'size-limits', params: { body: '1mb', headerCount: 40 } },
        { name: 'github-events', params: { events: ['ping', 'push', 'pull_request'] } },
        // Two secrets at a time, so that the old one can be exchanged without losing a delivery.
        { name: 'hmac-signature', params: { secrets: ['GITHUB_WEBHOOK_SECRET', 'GITHUB_WEBHOOK_SECRET_OLD'] } },
      ],
      // Nothing else is served, and a chain that denies everything says so before the router does.
      default: [{ name: 'method-and-path', params: { allow: ['/webhooks/github'] } }],
    },
  },

  routes: {
    'POST /webhooks/github': {
      to: 'builds',
      rewrite: '/internal/hooks',
      throttle: { rate: 20, burst: 50 },
      bodyBytes: '1mb',
      once: { header: 'x-github-delivery', for: '3d' },
    },
  },

  origins: {
    builds: {
      url: origin,
      allow: [new URL(origin).hostname],
      timeouts: { connect: '1s', firstByte: '10s', total: '12s' },
    },
  },
});
