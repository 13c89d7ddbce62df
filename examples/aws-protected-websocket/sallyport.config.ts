const messages = { 'MESSAGE /*': [{ name: 'size-limits', params: { body: '4kb' } }] };

/** The rules, which the stack of `app.ts` has as well. */
export const document = {
  name: 'protected-websocket',
  rules: {
    map: {
      default: [{ name: 'user-agent', params: { required: false } }],
      ...messages,
    },
  },
};

/** On a laptop: the same rules and handler behind a WebSocket API of this process. Connections are kept in no table here. */
export default {
  ...document,
  listen: { port: Number(process.env['PORT'] ?? 8080) },
  admin: { port: Number(process.env['ADMIN_PORT'] ?? 9901) },
  store: { use: 'memory' },
  routes: {
    'GET /': {
      to: {
        use: 'websocket',
        with: {
          api: 'chat',
          rules: messages,
          routes: { $default: { to: { function: { file: './handler.ts' } }, replies: true } },
        },
      },
    },
  },
};
