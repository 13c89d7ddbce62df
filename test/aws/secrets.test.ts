import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { SecurityGroup, Vpc, type ISecurityGroup, type IVpc } from 'aws-cdk-lib/aws-ec2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Secret, type ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProtectedDistribution, RegionalApi, Sallyport, WebhookForwarder } from '../../src/cdk/index.ts';
import { events } from './functions/events.ts';
import { runFolder, type Running } from './lib/lambda.ts';
import { createSecret, findMoto, startMoto, type Moto } from './lib/moto.ts';

process.env['CDK_VALIDATION'] = 'false';

const outdirs: string[] = [];
afterAll(() => {
  for (const each of outdirs) rmSync(each, { recursive: true, force: true });
});

interface Parts {
  readonly vpc: IVpc;
  readonly target: { readonly securityGroup: ISecurityGroup; readonly port: number };
}

function partsOf(stack: Stack): Parts {
  const vpc = new Vpc(stack, 'Vpc', { natGateways: 0 }) as IVpc;
  return { vpc, target: { securityGroup: new SecurityGroup(stack, 'Target', { vpc }), port: 8080 } };
}

interface Function {
  readonly Properties: {
    readonly Code: { readonly S3Key: string };
    readonly Environment?: { readonly Variables: Readonly<Record<string, unknown>> };
  };
}

function make(build: (stack: Stack) => unknown, region = 'us-east-1') {
  const outdir = mkdtempSync(join(tmpdir(), 'sallyport-secrets-'));
  outdirs.push(outdir);
  const app = new App({ outdir });
  const stack = new Stack(app, 'S', { env: { region } });
  build(stack);
  app.synth();
  const template = Template.fromStack(stack);
  const functions = Object.entries(template.findResources('AWS::Lambda::Function')) as [string, Function][];
  const named = (wanted: RegExp): Function['Properties'] =>
    functions.find(([id]) => wanted.test(id))?.[1].Properties as Function['Properties'];
  return {
    template,
    environment: (wanted: RegExp) => named(wanted).Environment?.Variables ?? {},
    folder: (wanted: RegExp) => join(outdir, `asset.${named(wanted).Code.S3Key.replace('.zip', '')}`),
    /** Resources that any role may do this to. */
    granted: (action: string): unknown[] =>
      Object.values(template.findResources('AWS::IAM::Policy')).flatMap((policy) =>
        (
          policy as {
            Properties: { PolicyDocument: { Statement: { Action: string | string[]; Resource: unknown }[] } };
          }
        ).Properties.PolicyDocument.Statement.filter(({ Action }) => [Action].flat().includes(action)).map(
          ({ Resource }) => Resource,
        ),
      ),
  };
}

const signed = { name: 'hmac-signature', params: { secrets: ['GITHUB'] } };
const hooks = (url = 'http://10.0.1.10:8080') => ({
  name: 'hooks',
  rules: { map: { default: [signed] } },
  origins: {
    host: { url, allow: [new URL(url).hostname], headers: { 'x-proof': '${secret:PROOF}' } },
  },
  routes: { 'POST /x': { to: 'host' } },
});
const secrets = { GITHUB: 'hooks/GITHUB', PROOF: { secret: 'hooks/PROOF', field: 'word' } };
const byName = (name: string): unknown => ({
  'Fn::Join': [
    '',
    [
      'arn:',
      { Ref: 'AWS::Partition' },
      ':secretsmanager:us-east-1:',
      { Ref: 'AWS::AccountId' },
      `:secret:${name}-??????`,
    ],
  ],
});
const webhook = (stack: Stack, given: object, url?: string): WebhookForwarder => {
  const parts = partsOf(stack);
  return new WebhookForwarder(stack, 'Hooks', {
    ...parts,
    secretsEndpoint: parts.target.securityGroup,
    document: hooks(url),
    ...given,
  });
};

describe('what is missing ends the synth', () => {
  const rows: readonly (readonly [string, (stack: Stack) => unknown, readonly string[]])[] = [
    [
      'no secrets at all: each place, and what to write',
      (stack) => webhook(stack, {}),
      [
        'rules.map.default[0].params.secrets[0]: there is no secret "GITHUB" for a function: give `secrets: { "GITHUB": \'hooks/GITHUB\' }`',
        'origins.host.headers["x-proof"]: there is no secret "PROOF"',
        "aws secretsmanager create-secret --name 'hooks/PROOF' --secret-string file://secret.txt",
      ],
    ],
    [
      'no way out of the VPC',
      (stack) => webhook(stack, { secrets, secretsEndpoint: undefined }),
      ['make an interface endpoint for Secrets Manager and give its group as `secretsEndpoint`'],
    ],
    [
      'a whole document',
      (stack) =>
        new Sallyport(stack, 'All', {
          document: { ...hooks('https://192.0.2.1'), name: 'two words' },
          secrets: { GITHUB: 'x' },
        }),
      ['give `secrets: { "PROOF": \'two-words/PROOF\' }`'],
    ],
    [
      'an ARN that Lambda@Edge could not know',
      (stack) =>
        new ProtectedDistribution(stack, 'Edge', {
          document: { name: 'e', rules: { map: { default: [signed] } } },
          rules: 'lambda',
          origin: new HttpOrigin('origin.example.com'),
          secrets: { GITHUB: new Secret(stack, 'Mine') as ISecret },
        }),
      ['secrets.GITHUB: Lambda@Edge has no environment'],
    ],
  ];
  it('has rows enough', () => expect(rows.length).toBeGreaterThanOrEqual(4));
  it.each(rows)('%s', (_, build, errors) => {
    let says = '';
    try {
      make(build);
    } catch (thrown) {
      says = (thrown as Error).message;
    }
    for (const error of errors) expect(says).toContain(error);
  });
});

describe('a function', () => {
  it('may read what its document names and no more, and is told where it is', () => {
    const made = make((stack) => webhook(stack, { secrets: { ...secrets, OTHER: 'other' } }));
    expect(made.granted('secretsmanager:GetSecretValue')).toEqual([[byName('hooks/GITHUB'), byName('hooks/PROOF')]]);
    expect(made.granted('kms:Decrypt')).toEqual([]);
    expect(JSON.parse(String(made.environment(/Line/)['SALLYPORT_SECRETS']))).toEqual({
      GITHUB: { id: 'hooks/GITHUB' },
      PROOF: { id: 'hooks/PROOF', field: 'word' },
    });
  });
  it('may use the key that a secret lies under, by way of Secrets Manager only; an ARN is as exact as it is given', () => {
    const whole = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:proof-AbCdEf';
    const made = make((stack) =>
      webhook(stack, {
        secrets: {
          GITHUB: new Secret(stack, 'G', { encryptionKey: new Key(stack, 'K') }) as ISecret,
          PROOF: whole,
        },
      }),
    );
    const [[github, proof]] = made.granted('secretsmanager:GetSecretValue') as [unknown[]];
    expect(github).toEqual({ Ref: expect.stringMatching(/^G/) });
    expect(proof).toBe(whole);
    expect(made.granted('kms:Decrypt')).toEqual([{ 'Fn::GetAtt': [expect.stringMatching(/^K/), 'Arn'] }]);
    expect(JSON.stringify(made.template.toJSON())).toContain(
      '"kms:ViaService":"secretsmanager.us-east-1.amazonaws.com"',
    );
  });
  it('with rules of the user’s own may read all that was given; without, an authorizer reads none that it has no use for', () => {
    const api = (modules: readonly string[]) =>
      make(
        (stack) =>
          new RegionalApi(stack, 'Api', {
            kind: 'http',
            document: { name: 'a', rules: { map: { default: [{ name: 'method-and-path', params: {} }] } } },
            backend: new LambdaFunction(stack, 'B', {
              runtime: Runtime.NODEJS_24_X,
              handler: 'index.handler',
              code: Code.fromInline('exports.handler = async () => ({})'),
            }),
            modules,
            secrets: { MINE: 'mine' },
          }),
      );
    const file = join(outdirs[0] as string, 'rules.mjs');
    writeFileSync(file, 'export const mine = { kind: "rule", name: "mine" };');
    expect(api([]).granted('secretsmanager:GetSecretValue')).toEqual([]);
    const own = api([file]);
    expect(own.granted('secretsmanager:GetSecretValue')).toEqual([byName('mine')]);
  });
  it('at the edge is told in its code, and asks in the region of the stack', () => {
    const made = make(
      (stack) =>
        new ProtectedDistribution(stack, 'Edge', {
          document: { name: 'e', rules: { map: { default: [signed] } } },
          rules: 'lambda',
          origin: new HttpOrigin('origin.example.com'),
          secrets: { GITHUB: 'hooks/GITHUB' },
        }),
    );
    expect(made.granted('secretsmanager:GetSecretValue')).toEqual([byName('hooks/GITHUB')]);
    const folder = made.folder(/^Edge/);
    const code = readdirSync(folder)
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .join('\n');
    expect(code).toContain('{places:{GITHUB:{id:"hooks/GITHUB"}},region:"us-east-1"}');
  });
});

const moto = findMoto('secrets of a document');
describe.skipIf(moto === null)('with an emulator of Secrets Manager', () => {
  let server: Moto;
  let origin: Server;
  let line: Running;
  const asked: { readonly proof: unknown }[] = [];
  const env = {
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'us-east-1',
  } as Record<string, string>;
  const create = (name: string, value: string) => createSecret(env, name, value);
  beforeAll(async () => {
    server = await startMoto(moto as string);
    env['AWS_ENDPOINT_URL'] = server.endpoint;
    origin = createServer((request, response) => {
      asked.push({ proof: request.headers['x-proof'] });
      request.resume().on('end', () => response.end('taken'));
    });
    await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(origin.address() as AddressInfo).port}`;
    const made = make((stack) => webhook(stack, { secrets }, url));
    const { SALLYPORT_SECRETS } = made.environment(/Line/);
    line = await runFolder(made.folder(/Line/), { ...env, SALLYPORT_SECRETS: String(SALLYPORT_SECRETS) });
  });
  afterAll(async () => {
    await line?.stop();
    origin?.close();
    server?.stop();
  });

  const body = '{"action":"opened"}';
  const signature = (key: string): string => `sha256=${createHmac('sha256', key).update(body).digest('hex')}`;
  const delivered = async (given: string): Promise<readonly unknown[]> => {
    const event = events['rest-api']?.('/x') as Record<string, unknown>;
    const message = {
      ...event,
      httpMethod: 'POST',
      body,
      headers: { host: 'hooks.example.com', 'x-hub-signature-256': given },
      multiValueHeaders: { host: ['hooks.example.com'], 'x-hub-signature-256': [given] },
      requestContext: { ...(event['requestContext'] as object), httpMethod: 'POST' },
    };
    const invoked = await line.invoke({
      Records: [{ messageId: '1', body: JSON.stringify(message), eventSourceARN: 'arn:aws:sqs:us-east-1:1:q' }],
    });
    expect(invoked.kind, JSON.stringify(invoked)).toBe('answer');
    return (invoked as { value: { batchItemFailures: unknown[] } }).value.batchItemFailures;
  };

  it('keeps a delivery in the queue while there is no secret; takes a signed one, and refuses a wrong one', async () => {
    expect(await delivered(signature('word of honour'))).toHaveLength(1);
    await expect.poll(line.log, { timeout: 10_000 }).toContain('"code":"lambda.secrets"');
    expect(line.log()).toMatch(/(?:GITHUB|PROOF): Secrets Manager has no secret \\?"hooks/);
    expect(asked).toHaveLength(0);

    expect((await create('hooks/GITHUB', 'word of honour')).status).toBe(200);
    expect((await create('hooks/PROOF', '{"word":"it is us"}')).status).toBe(200);
    // A failed read is not tried again at once.
    await expect.poll(() => delivered(signature('word of honour')), { timeout: 30_000, interval: 1000 }).toEqual([]);
    expect(asked).toEqual([{ proof: 'it is us' }]);

    expect(await delivered(signature('another word'))).toEqual([]);
    expect(asked, line.log()).toHaveLength(1);
    await expect.poll(line.log, { timeout: 10_000 }).toContain('the signature does not fit the body');
    expect(line.log()).not.toMatch(/word of honour|it is us/);
  });
});
