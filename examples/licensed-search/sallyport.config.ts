import { defineConfig } from 'sallyport';

/**
 * A paid search API whose answers are the same for every customer. Each request bears a licence key; the key is checked
 * each time, on hits too, and never splits the cache. Two ways to check, one document each way:
 *
 *   CHECK=edge   (the default) the edge knows the keys: a list here, `sallyport licences create` in earnest
 *   CHECK=origin the origin knows them; the edge passes keys on, shares what was let in, and keeps no refusal
 */
const checksAtOrigin = process.env.CHECK === 'origin';

export default defineConfig({
  name: 'licensed-search',
  listen: { port: Number(process.env.PORT ?? 8080) },
  admin: { port: Number(process.env.ADMIN_PORT ?? 9901) },
  store: { use: 'memory' },
  origins: {
    search: {
      url: process.env.ORIGIN ?? 'http://127.0.0.1:9000',
      allow: ['127.0.0.0/8'],
      timeouts: { firstByte: '10s' },
    },
  },
  routes: {},
  edge: {
    licences: {
      in: ['query:license', 'header:x-license'],
      from: checksAtOrigin
        ? { origin: true }
        : {
            list: {
              'acme-0001': { name: 'Acme' },
              'globex-0002': { name: 'Globex', quota: 10_000 },
              'initech-0003': { name: 'Initech', enabled: false }, // revoked
            },
          },
      forward: checksAtOrigin,
      // A revoked key gets in for this long at most; a key that was just bought waits this long at most.
      remember: { valid: '5m', invalid: '10s' },
    },
    behaviours: [
      {
        path: '/search*',
        origin: 'search',
        methods: 'read',
        licences: true,
        compress: true,
        cache: {
          // Only these parameters make another answer; the licence is none of them.
          key: { query: { only: ['q', 'page'] } },
          staleWhileRevalidate: '30s',
          staleIfError: '10m',
        },
        originRequest: { query: { only: ['q', 'page'] } },
      },
    ],
  },
});
