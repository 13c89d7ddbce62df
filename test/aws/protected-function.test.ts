import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { createHmac } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProtectedFunction, type ProtectedFunctionProps } from '../../src/cdk/index.ts';
import type { DocumentInput } from '../../src/config/document.ts';
import { events } from './functions/events.ts';
import { runFolder, type Running } from './lib/lambda.ts';
import { createSecret, findMoto, startMoto, type Moto } from './lib/moto.ts';

process.env['CDK_VALIDATION'] = 'false';

const handler = join(import.meta.dirname, 'functions/own-handler.ts');
const folder = mkdtempSync(join(tmpdir(), 'sallyport-protected-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

writeFileSync(
  join(folder, 'own.conf'),
  'SecRuleEngine On\nSecRequestBodyAccess On\nSecRule ARGS:note "@contains forbidden" "id:100,phase:2,deny,status:403"\n',
);
/** A rule about bodies, and a firewall that judges them: an authorizer would be shown neither. */
const document: DocumentInput = {
  name: 'shop',
  rules: { map: { '/signed': [{ name: 'hmac-signature', params: { secrets: ['SIGNING'], header: 'x-signature' } }] } },
  waf: { use: 'rules', rules: { before: [relative(process.cwd(), join(folder, 'own.conf'))] } },
};
const form = 'application/x-www-form-urlencoded';

/** The same request as an HTTP API and as a REST API sends it. */
const asked = {
  'HTTP API': (path: string, body: string, headers: Record<string, string>): unknown => {
    const event = structuredClone(events['http-api']?.(path)) as { headers: object; requestContext: { http: object } };
    return {
      ...event,
      body,
      headers: { ...event.headers, 'content-type': form, ...headers },
      requestContext: { ...event.requestContext, http: { ...event.requestContext.http, method: 'POST' } },
    };
  },
  'REST API': (path: string, body: string, headers: Record<string, string>): unknown => {
    const event = structuredClone(events['rest-api']?.(path)) as { headers: object; multiValueHeaders: object };
    const all = { 'content-type': form, ...headers };
    const many = Object.fromEntries(Object.entries(all).map(([name, value]) => [name, [value]]));
    return {
      ...event,
      httpMethod: 'POST',
      body,
      headers: { ...event.headers, ...all, 'User-Agent': 'curl/8.5' },
      multiValueHeaders: { ...event.multiValueHeaders, ...many },
    };
  },
};

const moto = findMoto('a protected function with a secret');
describe.skipIf(moto === null)('a ProtectedFunction, as it is deployed', () => {
  let running: Running;
  let server: Moto;
  beforeAll(async () => {
    server = await startMoto(moto as string);
    const env = {
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL: server.endpoint,
    };
    await createSecret(env, 'shop/SIGNING', 'a secret');
    const outdir = join(folder, 'out');
    const app = new App({ outdir });
    const stack = new Stack(app, 'S', { env: { region: 'us-east-1' } });
    new ProtectedFunction(stack, 'Shop', {
      document,
      handler,
      handlerName: 'shop',
      secrets: { SIGNING: 'shop/SIGNING' },
    });
    app.synth();
    const [made] = Object.values(Template.fromStack(stack).findResources('AWS::Lambda::Function')) as {
      Properties: { Environment: { Variables: { SALLYPORT_SECRETS: string } } };
    }[];
    const { SALLYPORT_SECRETS = '' } = made?.Properties.Environment.Variables ?? {};
    const asset = readdirSync(outdir)
      .map((name) => join(outdir, name))
      .filter((path) => existsSync(join(path, 'waf.asset')));
    expect(asset).toHaveLength(1);
    running = await runFolder(asset[0] as string, { ...env, SALLYPORT_SECRETS, SHOP: 'tea' });
  }, 120_000);
  afterAll(async () => {
    await running?.stop();
    server?.stop();
  });

  const signature = `sha256=${createHmac('sha256', 'a secret').update('note=a').digest('hex')}`;
  const cases: readonly (readonly [string, string, string, Record<string, string>, number])[] = [
    ['what nothing is said about reaches the handler', '/x', 'note=ahoy', {}, 200],
    ['a body that the firewall refuses does not', '/x', 'note=a+forbidden+word', {}, 403],
    ['nor does one whose signature is wrong', '/signed', 'note=b', { 'x-signature': signature }, 401],
    ['one whose signature is right does', '/signed', 'note=a', { 'x-signature': signature }, 200],
  ];
  const both = Object.entries(asked).flatMap(([api, event]) => cases.map((each) => [api, ...each, event] as const));
  it.each(both)('%s: %s', async (_, __, path, body, headers, status, event) => {
    const invoked = await running.invoke(event(path, body, headers));
    const answer = (invoked.kind === 'answer' ? invoked.value : invoked) as { statusCode: number; body: string };
    expect(answer.statusCode, running.log()).toBe(status);
    expect(answer.body === `mine: ${body}, tea`).toBe(status === 200);
  });
  it('an event of nobody never reaches the handler, and leaves a line', async () => {
    expect(await running.invoke({ body: 'note=a' })).toMatchObject({ value: { statusCode: 400 } });
    await expect.poll(running.log, { timeout: 5000 }).toContain('"code":"lambda.event-');
  });
});

const made = (props: Partial<ProtectedFunctionProps>): Template => {
  const stack = new Stack(new App(), 'S', { env: { region: 'eu-west-1' } });
  new ProtectedFunction(stack, 'Shop', { document: {}, handler, handlerName: 'shop', ...props });
  return Template.fromStack(stack);
};

describe('its template', () => {
  it('is one function with alarms, a log and no right but to write there', () => {
    const template = made({
      timeout: Duration.seconds(7),
      memoryMb: 1024,
      reservedConcurrency: 9,
      environment: { SHOP: 'x' },
    });
    template.hasResourceProperties('AWS::Lambda::Function', {
      Timeout: 7,
      MemorySize: 1024,
      ReservedConcurrentExecutions: 9,
      Environment: { Variables: { SHOP: 'x' } },
      Architectures: ['arm64'],
    });
    template.resourceCountIs('AWS::Lambda::Function', 1);
    template.resourceCountIs('AWS::CloudWatch::Dashboard', 1);
    const actions = JSON.stringify(template.findResources('AWS::IAM::Policy'));
    expect(actions).toContain('logs:PutLogEvents');
    expect(actions).not.toMatch(/dynamodb|ssm|secretsmanager/);
  });

  it.each([
    [
      'parts of a document that nobody would do',
      {
        document: {
          routes: { 'GET /x': { to: 'main', key: 'required', throttle: { rate: 1, burst: 1 } } },
          origins: { main: { url: 'https://origin.example.com' } },
        },
      },
      /nothing would do this: routes, keys, throttles\. Leave it out/,
    ],
    ['a handler that is not there', { handler: 'src/nowhere.ts' }, /there is no file .*nowhere\.ts/],
    ['a document with a slip', { document: { ruels: {} } as never }, /the document is not in order[\s\S]*ruels/],
  ] as const)('%s: an error of the synth', (_, props, message) => {
    expect(() => made(props as Partial<ProtectedFunctionProps>)).toThrow(message);
  });
});
