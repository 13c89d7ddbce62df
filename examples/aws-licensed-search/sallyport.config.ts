/** The part that the stack of `app.ts` has as well. */
export const document = {
  name: 'licensed-search',
  rules: { map: { default: [{ name: 'method-and-path', params: { methods: ['GET', 'HEAD'] } }] } },
};

/** Only these parameters make another answer; the licence is none of them. */
export const asked = ['q', 'page'];
export const licenceIn = ['query:license'];

const query = { only: asked };

/** On a laptop: the same behaviour, with the edge of this process instead of CloudFront's. */
export default {
  ...document,
  listen: { port: Number(process.env['PORT'] ?? 8080) },
  admin: { port: Number(process.env['ADMIN_PORT'] ?? 9901) },
  origins: { search: { url: process.env['ORIGIN'] ?? 'http://127.0.0.1:9000', allow: ['127.0.0.0/8'] } },
  routes: {},
  edge: {
    licences: { in: licenceIn, from: { store: true } },
    behaviours: [
      { path: '/health', origin: 'search' },
      { path: '*', origin: 'search', licences: true, cache: { key: { query } }, originRequest: { query } },
    ],
  },
};
