/**
 * Question: what does each feature of an API cost per request, in microseconds?
 * One process, no socket: the same request through the line of an HTTP or REST API with a mock behind it, features
 * switched on one at a time, taking turns. Figure: the difference of medians to the same line without the feature.
 *
 *   npm run build && npm run bench -- gateway-features [--requests 20000] [--rounds 9] [--json]
 */
import { parseArgs } from 'node:util';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { median } from './lib/processes.ts';

const { values: flags } = parseArgs({
  options: {
    requests: { type: 'string', default: '20000' },
    rounds: { type: 'string', default: '9' },
    json: { type: 'boolean', default: false },
  },
});
const requests = Number(flags.requests);
const rounds = Number(flags.rounds);

const dist = (name: string): Promise<Record<string, never>> =>
  import(new URL(`../dist/${name}`, import.meta.url).href) as Promise<Record<string, never>>;
const { sallyport } = (await dist('index.js')) as unknown as typeof import('../src/index.ts');
const { HeaderList } = (await dist('http/headers.js')) as unknown as typeof import('../src/http/headers.ts');

const key = 'bench-key-of-this-run-only';
const issuer = 'https://issuer.test';
const pair = await generateKeyPair('RS256', { extractable: true });
const keys = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'k', alg: 'RS256' }] };
const token = await new SignJWT({ scope: 'read' })
  .setProtectedHeader({ alg: 'RS256', kid: 'k' })
  .setIssuer(issuer)
  .setAudience('bench')
  .setExpirationTime('10h')
  .sign(pair.privateKey);
const plenty = { rate: 1e9, burst: 1_000_000_000 };
const plan = (more: object): object => ({
  apiKeys: { k: { value: key } },
  plans: { p: { stages: [{ api: 'a' }], keys: ['k'], ...more } },
});
const policy = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: '*', Action: 'execute-api:Invoke', Resource: 'execute-api:/*' },
    {
      Effect: 'Deny',
      Principal: '*',
      Action: 'execute-api:Invoke',
      Resource: 'execute-api:/*',
      Condition: { NotIpAddress: { 'aws:SourceIp': ['127.0.0.0/8', '10.0.0.0/8', '2001:db8::/32'] } },
    },
  ],
};

interface Variant {
  readonly name: string;
  readonly against: string | null;
  readonly kind: 'http' | 'rest';
  readonly api?: object;
  readonly route?: object;
  readonly document?: object;
  readonly headers?: Record<string, string>;
}
const variants: readonly Variant[] = [
  { name: 'HTTP API, bare', against: null, kind: 'http' },
  {
    name: 'API key',
    against: 'HTTP API, bare',
    kind: 'http',
    route: { key: 'required' },
    document: plan({}),
    headers: { 'x-api-key': key },
  },
  {
    name: 'plan throttle',
    against: 'API key',
    kind: 'http',
    route: { key: 'required' },
    document: plan({ throttle: plenty }),
    headers: { 'x-api-key': key },
  },
  {
    name: 'quota',
    against: 'API key',
    kind: 'http',
    route: { key: 'required' },
    document: plan({ quota: { limit: 1e12, period: 'DAY' } }),
    headers: { 'x-api-key': key },
  },
  {
    name: 'JWT, cached',
    against: 'HTTP API, bare',
    kind: 'http',
    api: { authorizers: { j: { use: 'jwt', with: { issuer, audience: ['bench'] } } } },
    route: { authorizer: 'j', scopes: ['read'] },
    headers: { authorization: `Bearer ${token}` },
  },
  {
    name: 'CORS',
    against: 'HTTP API, bare',
    kind: 'http',
    api: { cors: { allowOrigins: ['https://a.test'] } },
    headers: { origin: 'https://a.test' },
  },
  {
    name: 'budget',
    against: 'HTTP API, bare',
    kind: 'http',
    route: { budget: 'b' },
    document: { budgets: { b: { limit: 1e9 } } },
  },
  { name: 'access log line', against: 'HTTP API, bare', kind: 'http', api: { accessLog: 'clf' } },
  { name: 'REST API, bare', against: null, kind: 'rest' },
  { name: 'resource policy', against: 'REST API, bare', kind: 'rest', api: { policy } },
  {
    name: 'required parameters',
    against: 'REST API, bare',
    kind: 'rest',
    route: { validate: { header: ['x-a'] } },
    headers: { 'x-a': '1' },
  },
];

const viewer = {
  address: '127.0.0.1',
  peer: '127.0.0.1',
  port: 1,
  secure: false,
  localAddress: '127.0.0.1',
  localPort: 80,
};
const runs = await Promise.all(
  variants.map(async (variant) => {
    const app = await sallyport({
      document: {
        admin: { enabled: false },
        store: { use: 'memory' },
        logging: { sinks: [] },
        account: { throttle: plenty },
        apis: {
          a: {
            kind: variant.kind,
            ...(variant.kind === 'rest' ? { stage: 'v1' } : {}),
            ...variant.api,
            routes: { 'GET /orders/{id}': { to: { use: 'mock', with: { body: 'x' } }, ...variant.route } },
          },
        },
        ...variant.document,
      },
      ports: {
        fetchJson: async (url) => (url.endsWith('configuration') ? { jwks_uri: `${issuer}/keys` } : keys),
        log() {},
      },
    });
    const flat = [
      'Host',
      'api.test',
      'User-Agent',
      'bench',
      'Accept',
      '*/*',
      ...Object.entries(variant.headers ?? {}).flat(),
    ];
    const target = variant.kind === 'rest' ? '/v1/orders/7' : '/orders/7';
    const once = () =>
      app.handle(
        { method: 'GET', target, version: '1.1', headers: HeaderList.fromFlat([...flat]), body: null },
        viewer,
      );
    const answer = await once();
    if (answer.status !== 200) throw new Error(`${variant.name} answers ${answer.status}`);
    return { variant, app, once, samples: [] as number[] };
  }),
);

for (let round = -2; round < rounds; round++) {
  for (const { once, samples } of runs) {
    const before = process.cpuUsage();
    for (let at = 0; at < requests; at++) {
      const answer = once();
      if (answer instanceof Promise) await answer;
    }
    const used = process.cpuUsage(before);
    if (round >= 0) samples.push((used.user + used.system) / requests);
  }
}

const cost = new Map(runs.map(({ variant, samples }) => [variant.name, median(samples)]));
const rows = variants.map(({ name, against }) => ({
  name,
  us: cost.get(name) as number,
  more: against === null ? null : (cost.get(name) as number) - (cost.get(against) as number),
}));
if (flags.json) console.log(JSON.stringify(rows));
else
  for (const { name, us, more } of rows)
    console.log(
      `${name.padEnd(24)} ${us.toFixed(1).padStart(7)} us${more === null ? '' : `   ${more >= 0 ? '+' : ''}${more.toFixed(1)} us`}`,
    );
await Promise.all(runs.map(({ app }) => app.close()));
process.exit(0);
