import { App, Stack } from 'aws-cdk-lib';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ProtectedDistribution, ProtectedSocket, RegionalApi, Sallyport } from '../../src/cdk/index.ts';
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import type { DocumentInput } from '../../src/config/document.ts';
import { recordingOrigin } from '../support/origin.ts';
import { events } from './functions/events.ts';
import { runFolder, type Running } from './lib/lambda.ts';

process.env['CDK_VALIDATION'] = 'false';

/** Relative, as documents have it: the function stands in another folder, so no rule file is found from there. */
const rules = relative(process.cwd(), join(import.meta.dirname, '../../../shared/data/crs4'));
const here = existsSync(join(rules, 'rules'));
if (!here) console.warn(`no rule set at ${rules}: what needs one is skipped`);

const backend = (stack: Stack): LambdaFunction =>
  new LambdaFunction(stack, 'B', {
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromInline('exports.handler = async () => ({})'),
  });

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Synthesizes, and gives the folders of the assets that have a firewall in them. */
function shipped(build: (stack: Stack) => void): string[] {
  const outdir = mkdtempSync(join(tmpdir(), 'sallyport-synth-'));
  folders.push(outdir);
  const app = new App({ outdir });
  build(new Stack(app, 'S', { env: { region: 'us-east-1' } }));
  app.synth();
  return readdirSync(outdir)
    .map((name) => join(outdir, name))
    .filter((path) => existsSync(join(path, 'waf.asset')));
}

const waf = { use: 'crs', path: rules, paranoia: 1 } as const;
const attack = 'q=1%27%20or%20%271%27=%271';

/** No function may be sent to itself, so a synth takes no loopback address: the bundle is told where the origin is. */
const nowhere = 'https://origin.invalid';
function tellOrigin(folder: string, url: string): void {
  const file = join(folder, 'index.mjs');
  const text = readFileSync(file, 'utf8');
  expect(text).toContain(nowhere);
  writeFileSync(file, text.replaceAll(nowhere, url));
}

/** An event of this door, with this query. */
function asked(door: string, query: string): unknown {
  return { ...(structuredClone(events[door]?.('/x')) as object), rawQueryString: query };
}

async function answered(running: Running, event: unknown): Promise<unknown> {
  const invoked = await running.invoke(event);
  if (invoked.kind !== 'answer') throw new Error(`${JSON.stringify(invoked)}\n${running.log()}`);
  return invoked.value;
}

describe.skipIf(!here)('a document with the OWASP Core Rule Set, as a stack', () => {
  it('an authorizer has the rules beside it, and refuses an attack', async () => {
    const found = shipped((stack) => {
      new RegionalApi(stack, 'Api', { kind: 'http', document: { waf }, backend: backend(stack) });
    });
    expect(found).toHaveLength(1);
    const running = await runFolder(found[0] as string);
    try {
      expect(await answered(running, asked('authorizer-crs', 'q=tea')), running.log()).toMatchObject({
        isAuthorized: true,
      });
      expect(await answered(running, asked('authorizer-crs', attack))).toMatchObject({
        isAuthorized: false,
        context: { code: 'waf.blocked' },
      });
    } finally {
      await running.stop();
    }
  });

  it('a line takes them up instead of building, refuses an attack, and forwards the rest', async () => {
    const origin = await recordingOrigin((_, outgoing) => void outgoing.end('tea'));
    const document: DocumentInput = {
      waf,
      routes: { 'ANY /{proxy+}': { to: 'main', waf: { exclusions: [{ rules: 913100 }] } } },
      origins: { main: { url: nowhere, allow: ['127.0.0.1'] } },
    };
    const found = shipped((stack) => void new Sallyport(stack, 'All', { document }));
    expect(found).toHaveLength(1);
    tellOrigin(found[0] as string, origin.url);
    const running = await runFolder(found[0] as string);
    try {
      expect(await answered(running, asked('http-api', 'q=tea')), running.log()).toMatchObject({ statusCode: 200 });
      expect(await answered(running, asked('http-api', attack))).toMatchObject({ statusCode: 403 });
      expect(running.log()).not.toContain('the firewall asset is not used');
      expect(origin.requests).toHaveLength(1);
    } finally {
      await running.stop();
      await origin.close();
    }
  });

  it('a WebSocket API has them at the handshake and at each message', () => {
    const handler = join(import.meta.dirname, '../../examples/aws-protected-websocket/handler.ts');
    const found = shipped((stack) => void new ProtectedSocket(stack, 'Socket', { document: { waf }, handler }));
    expect(found).toHaveLength(2);
  });

  it('a function at Lambda@Edge stays within its size', () => {
    const found = shipped(
      (stack) =>
        void new ProtectedDistribution(stack, 'Edge', {
          document: { waf },
          origin: new HttpOrigin('origin.example.com'),
          rules: 'lambda',
        }),
    );
    expect(found).toHaveLength(1);
  });

  it.each<readonly [string, DocumentInput, RegExp]>([
    [
      'levels of a route',
      {
        waf,
        routes: { 'ANY /{proxy+}': { to: 'main', waf: { paranoia: 2 } } },
        origins: { main: { url: 'https://a.example.com' } },
      },
      /routes\.ANY \/\{proxy\+\}\.waf: levels, .*need the rule files/s,
    ],
    [
      'rules that are not there',
      {
        waf: { use: 'rules', rules: { before: ['no-such-file.conf'] } },
        routes: { 'ANY /{proxy+}': { to: 'main' } },
        origins: { main: { url: 'https://a.example.com' } },
      },
      /no-such-file\.conf/,
    ],
  ])('refuses at synth: %s', (_, document, says) => {
    expect(() => shipped((stack) => void new Sallyport(stack, 'All', { document }))).toThrow(says);
  });

  it('refuses exclusions by path where the function has no document', () => {
    const document: DocumentInput = { waf: { ...waf, exclusions: [{ rules: 942100, paths: ['/wiki/'] }] } };
    const build = (stack: Stack): void =>
      void new RegionalApi(stack, 'Api', { kind: 'http', document, backend: backend(stack) });
    expect(() => shipped(build)).toThrow(/waf\.exclusions\.0\.paths: only a function with the whole line/);
  });
});
