import type { DocumentInput } from '../config/document.ts';

/** The document that `npm start` runs: what a first document of one's own could look like. */
export const demoDocument = (originPort: number, port: number, adminPort: number): DocumentInput => ({
  name: 'demo',
  listen: { port, shutdown: '5s' },
  admin: { port: adminPort },
  answers: { codeHeader: true },
  store: { use: 'memory' },
  rules: {
    map: {
      default: [
        { name: 'user-agent' },
        { name: 'method-and-path', params: { methods: ['GET', 'POST'], deny: ['/admin*', '/.*'] } },
      ],
      'POST /orders/*': [{ name: 'user-agent' }, { name: 'size-limits', params: { body: '64kb' } }],
    },
  },
  throttles: { overall: { rate: 200, burst: 400 } },
  routes: {
    'GET /': { to: 'shop' },
    'GET /orders/{id}': { to: 'shop', key: 'required', throttlePerKey: { rate: 1, burst: 5 } },
    'POST /orders/{id}': { to: 'shop', key: 'required', bodyBytes: '64kb' },
    'GET /admin/{proxy+}': { to: 'shop' },
  },
  origins: {
    // The demo's private origin listens on loopback only, so the address has to be listed to be dialled.
    shop: { url: `http://127.0.0.1:${originPort}`, allow: ['127.0.0.1'] },
  },
});
