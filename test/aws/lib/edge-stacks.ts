import { type App, Stack } from 'aws-cdk-lib';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Sallyport, type SallyportProps } from '../../../src/cdk/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-edge-'));

/** A file of a document, by its path. */
export function fileOf(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}
const pem = (): string =>
  generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'pem' }) as string;

export const edgeFiles = {
  key: fileOf('one.pem', pem()),
  other: fileOf('two.pem', pem()),
  script: fileOf(
    'own.js',
    "function handler(event) {\n  event.request.headers['x-own'] = { value: '1' };\n  return event.request;\n}\n",
  ),
  leaves: fileOf('leaves.js', 'function handler(event) {\n  return event.response;\n}\n'),
  counted: fileOf(
    'counted.js',
    "import cf from 'cloudfront';\nasync function handler(event) {\n  return (await cf.kvs().exists('a')) ? event.request : { statusCode: 404 };\n}\n",
  ),
  lambda: fileOf(
    'lambda.cjs',
    'exports.handler = (event, context, callback) => callback(null, event.Records[0].cf.request);\n',
  ),
  module: fileOf(
    'mine.mjs',
    "const parse = (given) => { if (typeof given.to !== 'string') throw new Error('wanted where to'); return given; };\nexport default { kind: 'edge-function', name: 'mine', says: 'One.', options: { parse }, open: () => ({}) };\n",
  ),
} as const;

export const stackOf = (app: App, id: string, props: SallyportProps, region = 'us-east-1'): Stack => {
  const stack = new Stack(app, id, { env: { region } });
  new Sallyport(stack, 'All', { secrets: { 'origin-key': 'origin-key' }, ...props });
  return stack;
};

const origins = {
  main: {
    url: 'https://main.example.com',
    headers: { 'x-api-key': '${secret:origin-key}' },
    timeouts: { connect: '5s', firstByte: '20s', idle: '20s' },
  },
  spare: { url: 'http://spare.example.com:8080' },
};

/** As much of an edge as one distribution can have at once. */
export const everything: SallyportProps['document'] = {
  name: 'everything',
  origins,
  routes: { 'ANY /{proxy+}': { to: 'main' } },
  edge: {
    defaultRoot: 'index.html',
    errors: { '404': { page: '/errors/404.html', status: 200 }, '503': { page: '/errors/503.html' } },
    geo: { database: 'country.mmdb', block: ['KP'] },
    originGroups: { pair: { origins: ['main', 'spare'], failover: [500, 503] } },
    licences: {
      in: ['query:license', 'header:x-license'],
      from: { list: { 'acme-0001': { expires: '2030-01-01' }, gone: { enabled: false } } },
    },
    keyValueStores: { flags: { a: '1' } },
    behaviours: [
      {
        path: '/private/*',
        origin: 'main',
        originPath: '/files',
        attempts: 2,
        signed: { keys: { K1: edgeFiles.key, K2: edgeFiles.other } },
      },
      {
        path: '/search*',
        origin: 'pair',
        methods: 'read-and-options',
        licences: true,
        compress: true,
        viewerProtocol: 'redirect-to-https',
        cache: {
          semantics: 'cloudfront',
          key: { query: { only: ['q'] }, headers: ['Accept-Language'], encodings: ['gzip', 'br'] },
          ttl: { min: '1s', default: '1m', max: '1h' },
          errors: { '404': '30s' },
          tagHeader: 'Cache-Tag',
          options: true,
        },
        originRequest: { query: { only: ['q', 'page'] }, cloudfront: ['CloudFront-Viewer-Country'] },
        functions: {
          viewerRequest: { script: edgeFiles.script },
          viewerResponse: { script: edgeFiles.leaves },
          originRequest: { lambda: edgeFiles.lambda, timeout: '10s', memory: 256, includeBody: true },
        },
        responseHeaders: {
          remove: ['Server'],
          set: [{ name: 'X-Own', value: 'yes', override: false }],
          security: {
            contentSecurityPolicy: { value: "default-src 'self'" },
            strictTransportSecurity: { value: 'max-age=31536000; includeSubDomains; preload' },
            frameOptions: { value: 'deny' },
            referrerPolicy: { value: 'same-origin' },
            xssProtection: { value: '1; mode=block' },
            contentTypeOptions: {},
          },
          cors: {
            origins: ['https://*.example.com'],
            methods: ['GET'],
            headers: ['x-a'],
            expose: ['x-b'],
            maxAge: '10m',
            credentials: true,
          },
          serverTiming: { sampling: 5 },
        },
      },
      {
        path: '/old/*',
        origin: 'spare',
        viewerProtocol: 'https-only',
        functions: {
          viewerRequest: { use: 'redirect', with: { to: 'https://new.example.com{path}' } },
          originResponse: { use: 'mine', with: { to: 'x' } },
        },
      },
      { path: '/flags/*', origin: 'main', functions: { viewerRequest: { script: edgeFiles.counted, store: 'flags' } } },
      {
        path: '/files/*',
        origin: 'main',
        cache: { managed: 'CachingOptimized' },
        originRequest: { managed: 'CORS-CustomOrigin' },
      },
      { path: '*' },
    ],
  },
};

/** Rules before the cache, at Lambda@Edge; nobody answers but origins, and other paths are refused. */
export const guarded: SallyportProps['document'] = {
  name: 'guarded',
  origins: { main: { url: 'https://main.example.com' } },
  rules: { map: { default: [{ name: 'user-agent' }] } },
  edge: { behaviours: [{ path: '/api/*', origin: 'main' }] },
};

/** Stacks of documents with an edge, for the validators. */
export const edgeStacks: Readonly<Record<string, (app: App) => Stack>> = {
  'a document’s edge, everything': (app) =>
    stackOf(app, 'EdgeEverything', { document: everything, modules: [edgeFiles.module] }),
  'a document’s edge, rules at Lambda@Edge': (app) => stackOf(app, 'EdgeGuarded', { document: guarded }),
  'a document’s edge, AWS WAF': (app) =>
    stackOf(app, 'EdgeWebAcl', {
      document: { ...guarded, rules: { map: { default: [{ name: 'ip-set', params: { deny: ['192.0.2.0/24'] } }] } } },
      webAcl: true,
    }),
};
