/**
 * The public HTTP cache test suite against the real Node shell: the suite's own origin, our server in front of it, the
 * suite's own client. `npm run conformance:cache [-- --suite PATH] [-- --id TEST] [-- --json FILE]`
 *
 * The exit code is 1 when fewer tests pass than `MUST`, or when a test fails that has no reason in the list.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { sallyport } from '../src/pipeline/app.ts';
import { serve } from '../src/node/serve.ts';

interface Test {
  readonly id: string;
  readonly name: string;
  readonly kind?: 'required' | 'optimal' | 'check';
  readonly browser_only?: boolean;
  readonly depends_on?: readonly string[];
  readonly requests: readonly { readonly expected_type?: string }[];
  dump?: boolean;
}
interface Suite {
  readonly id: string;
  readonly name: string;
  readonly tests: readonly Test[];
}
type Result = true | readonly [kind: string, says: string];

const MUST = 240;
const root = resolve(import.meta.dirname, '..');
const option = (name: string): string | null => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? null : (process.argv[at + 1] ?? null);
};
const suiteFolder = resolve(option('suite') ?? join(root, 'node_modules/http-cache-tests'));
const load = async (path: string): Promise<Record<string, unknown>> =>
  (await import(pathToFileURL(join(suiteFolder, path)).href)) as Record<string, unknown>;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

async function startOrigin(port: number): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--no-warnings', 'server/server.mjs'], {
    cwd: suiteFolder,
    env: {
      ...process.env,
      npm_config_protocol: 'http',
      npm_config_port: String(port),
      npm_config_pidfile: '/dev/null',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout as NodeJS.ReadableStream, 'data');
  return child;
}

async function main(): Promise<number> {
  const suites = [...((await load('tests/index.mjs'))['default'] as Suite[])];
  try {
    suites.push((await load('tests/surrogate-control.mjs'))['default'] as Suite);
  } catch {
    // Newer checkouts have it in the index.
  }
  const only = option('id');
  const chosen = suites
    .map((suite) => ({
      ...suite,
      tests: suite.tests.filter((test) => !test.browser_only && (only === null || test.id === only)),
    }))
    .filter((suite) => suite.tests.length > 0);
  if (only) for (const suite of chosen) for (const test of suite.tests) test.dump = true;

  const port = await freePort();
  const origin = await startOrigin(port);
  const app = await sallyport({ document: documentFor(port, unreadableAge(suites)), ports: { log() {}, sinks: [] } });
  const serving = await serve(app);
  const { runTests, getResults } = (await load('client/runner.mjs')) as {
    runTests(suites: unknown, call: typeof fetch, browser: boolean, base: string, atOnce: number): Promise<void>;
    getResults(): Record<string, Result>;
  };
  const client = (await import(pathToFileURL(join(root, 'node_modules/node-fetch/lib/index.mjs')).href)) as {
    default: typeof fetch;
  };
  const started = performance.now();
  await runTests(chosen, client.default, false, serving.url, 25);
  const seconds = Math.round((performance.now() - started) / 1000);
  await serving.close();
  await app.close();
  origin.kill();
  return report(chosen, getResults(), seconds);
}

/** Releases before RFC 9111 ask that an `Age` which cannot be read makes a response stale; later ones that it be ignored. */
const unreadableAge = (suites: readonly Suite[]): 'ignore' | 'stale' => {
  const test = suites.flatMap(({ tests }) => tests).find(({ id }) => id === 'age-parse-nonnumeric');
  return test?.requests[1]?.expected_type === 'not_cached' ? 'stale' : 'ignore';
};

const documentFor = (port: number, age: 'ignore' | 'stale'): unknown => ({
  listen: { port: 0, paths: { encodedSlash: 'keep', emptySegment: 'keep' } },
  admin: { enabled: false },
  store: { use: 'memory' },
  origins: { suite: { url: `http://127.0.0.1:${port}`, allow: ['127.0.0.0/8'], retries: 0 } },
  routes: { 'ANY /{proxy+}': { to: 'suite' } },
  edge: {
    behaviours: [
      { path: 'config/*' },
      { path: 'state/*' },
      {
        path: '*',
        cache: { surrogate: true, setCookie: 'keep', staleIfError: '60s', unreadableAge: age },
      },
    ],
  },
});

function report(suites: readonly Suite[], results: Record<string, Result>, seconds: number): number {
  const reasons = JSON.parse(readFileSync(join(root, 'test/conformance/cache/failing.json'), 'utf8')) as Record<
    string,
    string
  >;
  let counted = 0;
  let passed = 0;
  let unexplained = 0;
  const checks = { yes: 0, no: 0 };
  const notNeeded = new Set(Object.keys(reasons));
  for (const suite of suites) {
    for (const test of suite.tests) {
      const result = results[test.id];
      const kind = test.kind ?? 'required';
      if (kind === 'check') {
        checks[result === true ? 'yes' : 'no']++;
        continue;
      }
      counted++;
      if (result === true) {
        passed++;
        continue;
      }
      notNeeded.delete(test.id);
      const reason = reasons[test.id];
      if (!reason) unexplained++;
      console.log(
        `${reason ? 'fails, as explained' : 'FAILS'}  ${test.id} (${kind})\n    ${result?.[0]}: ${result?.[1]}\n    ${reason ?? 'no reason in test/conformance/cache/failing.json'}`,
      );
    }
  }
  const file = option('json');
  if (file) writeFileSync(file, `${JSON.stringify(results, null, 1)}\n`);
  console.log(
    `\n${passed} of ${counted} required and optimal tests pass; of ${checks.yes + checks.no} checks ${checks.yes} say yes; ${seconds} s`,
  );
  if (option('id') !== null) return 0;
  for (const id of notNeeded) console.log(`${id} has a reason for failing and does not fail: take it off the list`);
  return passed >= MUST && unexplained === 0 && notNeeded.size === 0 ? 0 : 1;
}

process.exitCode = await main();
