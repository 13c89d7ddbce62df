import { defineConfig } from 'sallyport';

/** Two customers, two plans: a REST API whose keys, throttles and quotas are enforced here as API Gateway enforces them. */
export default defineConfig({
  name: 'usage-plans',
  listen: { port: Number(process.env.PORT ?? 8080) },
  admin: { port: Number(process.env.ADMIN_PORT ?? 9901) },
  store: {
    use: process.env.REDIS_URL ? 'redis' : 'memory',
    with: process.env.REDIS_URL ? { url: process.env.REDIS_URL } : {},
  },

  // Written here so that the example runs by itself; in earnest: `sallyport keys create acme`.
  apiKeys: {
    acme: { value: 'acme-demo-key-000000000001' },
    globex: { value: 'globex-demo-key-0000000002' },
  },

  plans: {
    free: {
      stages: [{ api: 'weather' }],
      throttle: { rate: 1, burst: 2 },
      quota: { limit: 3, period: 'DAY' },
      keys: ['acme'],
    },
    business: {
      stages: [{ api: 'weather', throttle: { '/forecast/{city}/GET': { rate: 50, burst: 100 } } }],
      throttle: { rate: 20, burst: 40 },
      quota: { limit: 10_000, offset: 9_000, period: 'MONTH' },
      keys: ['globex'],
    },
  },

  apis: {
    weather: {
      kind: 'rest',
      stage: 'v1',
      responses: {
        QUOTA_EXCEEDED: {
          templates: {
            'application/json': '{"message":$context.error.messageString,"plan":"see https://example.com/plans"}',
          },
        },
      },
      routes: {
        'GET /forecast/{city}': { to: { use: 'function', with: { file: './forecast.ts' } }, key: 'required' },
        'GET /status': { to: { use: 'mock', with: { body: '{"up":true}' } } },
      },
    },
  },
});
