import { defineConfig } from 'sallyport';

/**
 * Says back every message as it came, text and binary, compressed where the client offers it: what a conformance suite or
 * a load tool is pointed at. Its limits are wide on purpose; a real API leaves them where they are.
 */
export default defineConfig({
  name: 'websocket-echo',
  listen: { port: Number(process.env.PORT ?? 9001) },
  admin: { port: Number(process.env.ADMIN_PORT ?? 9902) },
  store: { use: 'memory' },
  routes: {
    'GET /': {
      to: {
        use: 'websocket',
        with: {
          api: 'echo',
          routes: { $default: { to: { mock: { says: '$request.body' } }, replies: true } },
          binary: true,
          compression: true,
          limits: { message: '64mb', frame: '64mb', fragments: 1_000_000, pending: '128mb', control: 100_000 },
        },
      },
    },
  },
});
