import { defineConfig } from 'sallyport';

const port = Number(process.env.PORT ?? 8080);
const token = process.env.CHAT_TOKEN ?? 'operator-demo-token';
const redis = process.env.REDIS_URL;

/** Handlers talk to the connections through the management API of the node that they run on. */
const env = { CHAT_URL: `http://127.0.0.1:${port}/chat`, CHAT_TOKEN: token };
const manage = { use: 'websocket-connections', with: { api: 'chat', tokens: [token] } };

/** A chat in rooms: keys at the door, each message looked at, floods stopped, any number of nodes. */
export default defineConfig({
  name: 'protected-chat',
  listen: { port },
  admin: { port: Number(process.env.ADMIN_PORT ?? 9901) },
  store: redis ? { use: 'redis', with: { url: redis } } : { use: 'memory' },
  // With Redis the nodes know each other's connections; one that dies is forgotten after `alive`.
  ...(redis ? { sockets: { url: redis, alive: '5s' } } : {}),

  // In earnest the rule set: waf: { use: 'crs', path: './coreruleset' }. These few rules run without it.
  waf: { use: 'rules', rules: { before: ['rules/chat.conf'] } },

  // Written here so that the example runs by itself; in earnest: `sallyport keys create ann`.
  apiKeys: {
    ann: { value: 'ann-demo-key-000000000001' },
    bob: { value: 'bob-demo-key-000000000002' },
  },
  plans: {
    guests: {
      stages: [{ api: 'chat' }],
      throttle: { rate: 5, burst: 20 },
      quota: { limit: 1000, period: 'DAY' },
      keys: ['ann', 'bob'],
    },
  },

  routes: {
    'GET /chat': {
      to: {
        use: 'websocket',
        with: {
          api: 'chat',
          // A browser cannot set fields on a WebSocket handshake, so the key comes in the query and the authorizer hands it on.
          authorizer: {
            use: 'lambda',
            with: { file: './authorizer.ts', identity: ['route.request.querystring.key'] },
          },
          key: 'required',
          keySource: 'authorizer',
          routes: {
            join: {
              to: { function: { file: './chat.ts', handler: 'join', env } },
              replies: true,
              model: {
                type: 'object',
                required: ['room'],
                properties: { room: { type: 'string', pattern: '^[a-z]{1,20}$' } },
              },
            },
            say: {
              to: { function: { file: './chat.ts', handler: 'say', env } },
              model: {
                type: 'object',
                required: ['room', 'text'],
                properties: {
                  room: { type: 'string', pattern: '^[a-z]{1,20}$' },
                  text: { type: 'string', minLength: 1, maxLength: 500 },
                },
              },
            },
          },
          // One after the other: who joins and speaks at once hears himself.
          limits: { message: '4kb', idle: '10m', inFlight: 1 },
          ping: '30s',
          connections: { perAddress: 20, perKey: 5 },
          rates: { perConnection: { rate: 2, burst: 10 }, perKey: { rate: 10, burst: 40 } },
        },
      },
    },
    'ANY /chat/@connections': { to: manage },
    'ANY /chat/@connections/{id}': { to: manage },
    'ANY /chat/@groups/{rest+}': { to: manage },
    'GET /{file+}': { to: { use: 'files', with: { folder: './page' } } },
    'GET /': { to: { use: 'files', with: { folder: './page' } } },
  },
});
