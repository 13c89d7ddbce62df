import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { DynamoDBClient, TransactWriteItemsCommand, CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { SecurityGroup, Vpc, type ISecurityGroup, type IVpc } from 'aws-cdk-lib/aws-ec2';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  PrivateForwarder,
  ProtectedDistribution,
  ProtectedSocket,
  RegionalApi,
  Sallyport,
  WebhookForwarder,
} from '../../src/cdk/index.ts';
import { dynamoDocument } from '../../src/stores/aws/dynamodb-document.ts';
import { s3Document } from '../../src/stores/aws/s3-document.ts';
import { runFolder } from './lib/lambda.ts';
import { findMoto, startMoto, type Moto } from './lib/moto.ts';

process.env['CDK_VALIDATION'] = 'false';

const map = { default: [{ name: 'method-and-path', params: { deny: ['/shut'] } }] };
const ssm = { use: 'ssm', with: { parameter: '/sallyport/rules', every: '30s', keep: '10m' } };
const s3 = { use: 's3', with: { bucket: 'my-rules', key: 'main/map.json' } };
const dynamodb = { use: 'dynamodb', with: { table: 'my-rules', name: 'shop' } };
const open = { origins: { main: { url: 'https://origin.example.com' } }, routes: { 'ANY /{proxy+}': { to: 'main' } } };

interface Made {
  readonly template: Template;
  /** The bundle of the function of this logical id. */
  folder(logicalId: RegExp): string;
  /** All code in it. */
  code(logicalId: RegExp): string;
}
const outdirs: string[] = [];
afterAll(() => {
  for (const each of outdirs) rmSync(each, { recursive: true, force: true });
});

function make(build: (stack: Stack, parts: Parts) => unknown, env = { region: 'us-east-1' }): Made {
  const outdir = mkdtempSync(join(tmpdir(), 'sallyport-place-'));
  outdirs.push(outdir);
  const app = new App({ outdir });
  const stack = new Stack(app, 'S', { env });
  build(stack, partsOf(stack));
  app.synth();
  const template = Template.fromStack(stack);
  const folder = (wanted: RegExp): string => {
    const functions = template.findResources('AWS::Lambda::Function') as Record<
      string,
      { Properties: { Code: { S3Key: string } } }
    >;
    const [, found] = Object.entries(functions).find(([id]) => wanted.test(id)) ?? [];
    return join(outdir, `asset.${found?.Properties.Code.S3Key.replace('.zip', '') ?? ''}`);
  };
  const code = (wanted: RegExp): string =>
    readdirSync(folder(wanted))
      .map((name) => readFileSync(join(folder(wanted), name), 'utf8'))
      .join('\n');
  return { template, folder, code };
}

interface Parts {
  readonly backend: LambdaFunction;
  vpc(): { readonly vpc: IVpc; readonly target: { readonly securityGroup: ISecurityGroup; readonly port: number } };
}
const partsOf = (stack: Stack): Parts => ({
  get backend() {
    return new LambdaFunction(stack, 'B', {
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: Code.fromInline('exports.handler = async () => ({})'),
    });
  },
  vpc() {
    const vpc = new Vpc(stack, 'V', { natGateways: 0 }) as IVpc;
    return { vpc, target: { securityGroup: new SecurityGroup(stack, 'G', { vpc }), port: 8080 } };
  },
});

const statementsWith = (
  template: Template,
  action: string,
): { Action: unknown; Resource: unknown; Condition?: unknown }[] =>
  Object.values(template.findResources('AWS::IAM::Policy'))
    .flatMap(
      (each) =>
        (each as { Properties: { PolicyDocument: { Statement: { Action: unknown; Resource: unknown }[] } } }).Properties
          .PolicyDocument.Statement,
    )
    .filter((statement) => JSON.stringify(statement.Action).includes(`"${action}"`));

describe('a rule map that comes from elsewhere, in every construct that carries rules', () => {
  const socket = join(import.meta.dirname, '../../examples/aws-protected-websocket/handler.ts');
  const constructs: readonly (readonly [string, (stack: Stack, parts: Parts) => unknown, RegExp, number])[] = [
    [
      'the line of a document',
      (stack) => new Sallyport(stack, 'X', { document: { ...open, rules: { from: ssm } } }),
      /Line/,
      1,
    ],
    [
      'the authorizer of a document with a backend',
      (stack, { backend }) => new Sallyport(stack, 'X', { backend, document: { rules: { from: ssm } } }),
      /Authorizer/,
      1,
    ],
    [
      'a regional API',
      (stack, { backend }) =>
        new RegionalApi(stack, 'X', { kind: 'rest', backend, document: { rules: { from: ssm } } }),
      /Authorizer/,
      1,
    ],
    [
      'a WebSocket API',
      (stack) => new ProtectedSocket(stack, 'X', { handler: socket, document: { rules: { from: ssm } } }),
      /Messages/,
      2,
    ],
    [
      'a distribution with Lambda@Edge',
      (stack) =>
        new ProtectedDistribution(stack, 'X', {
          rules: 'lambda',
          origin: new HttpOrigin('a.example.com'),
          document: { rules: { from: ssm } },
        }),
      /Edge/,
      1,
    ],
    [
      'a forwarder in a VPC',
      (stack, { vpc }) => {
        const inside = vpc();
        return new PrivateForwarder(stack, 'X', {
          ...inside,
          document: { ...open, rules: { from: ssm } },
          rulesBy: { ssm: inside.target.securityGroup },
        });
      },
      /Line/,
      1,
    ],
    [
      'webhook mode',
      (stack, { vpc }) => {
        const inside = vpc();
        return new WebhookForwarder(stack, 'X', {
          ...inside,
          document: { ...open, rules: { from: ssm } },
          rulesBy: { ssm: inside.target.securityGroup },
        });
      },
      /Line/,
      1,
    ],
  ];
  it.each(constructs)('%s: reads this parameter and no other', (_, build, id, readers) => {
    const { template, code } = make(build);
    const reading = statementsWith(template, 'ssm:GetParameter');
    expect(reading).toHaveLength(readers);
    for (const { Action, Resource } of reading) {
      expect(Action).toBe('ssm:GetParameter');
      expect(JSON.stringify(Resource)).toMatch(/:us-east-1:.*:parameter\/sallyport\/rules"/);
    }
    expect(code(id)).toContain('/sallyport/rules');
    // Without a map in the document nothing is made: the parameter is there already.
    template.resourceCountIs('AWS::SSM::Parameter', 0);
    template.resourceCountIs('Custom::SallyportRuleMap', 0);
  });

  it('the map of the document is put where it comes from, once for all functions of the stack', () => {
    const { template } = make((stack, { backend }) => {
      new RegionalApi(stack, 'A', { kind: 'http', backend, document: { rules: { from: ssm, map } } });
      new Sallyport(stack, 'L', { document: { ...open, rules: { from: ssm, map } } });
    });
    template.resourceCountIs('AWS::SSM::Parameter', 1);
    template.hasResourceProperties('AWS::SSM::Parameter', {
      Name: '/sallyport/rules',
      Value: Match.serializedJson(
        Match.objectLike({ default: [Match.objectLike({ name: 'method-and-path', params: { deny: ['/shut'] } })] }),
      ),
    });
  });

  it('an object in S3: a private bucket with versions, and the right to read one key', () => {
    const { template } = make(
      (stack) => new Sallyport(stack, 'X', { document: { ...open, rules: { from: s3, map } } }),
    );
    template.hasResourceProperties('AWS::S3::Bucket', {
      BucketName: 'my-rules',
      VersioningConfiguration: { Status: 'Enabled' },
      BucketEncryption: Match.anyValue(),
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
    });
    const [read, ...others] = statementsWith(template, 's3:GetObject');
    expect(others).toEqual([]);
    expect(JSON.stringify(read?.Resource)).toContain(':s3:::my-rules/main/map.json"');
    expect(statementsWith(template, 's3:PutObject')).toHaveLength(1);
  });

  it('an item in DynamoDB: the right to get items of this map, and not to change any', () => {
    const { template } = make(
      (stack) => new Sallyport(stack, 'X', { document: { ...open, rules: { from: dynamodb, map } } }),
    );
    expect(statementsWith(template, 'dynamodb:GetItem')).toMatchObject([
      {
        Action: 'dynamodb:GetItem',
        Condition: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['rules#shop'] } },
      },
    ]);
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      TableName: 'my-rules',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
  });

  it('a map too long for a parameter goes into the bucket that the parameter points into', () => {
    const long = {
      default: [
        { name: 'ip-set', params: { allow: Array.from({ length: 400 }, (_, at) => `10.0.${at >> 8}.${at & 255}`) } },
      ],
    };
    const build = (bucket: object) => () =>
      make(
        (stack) =>
          new Sallyport(stack, 'X', {
            document: {
              ...open,
              rules: { map: long, from: { use: 'ssm', with: { parameter: '/sallyport/rules', ...bucket } } },
            },
          }),
      ).template;
    expect(build({})).toThrow(/holds 4096: give `bucket`/);
    const template = build({ bucket: 'my-rules' })();
    template.hasResourceProperties('AWS::SSM::Parameter', {
      Value: Match.stringLikeRegexp('^s3://my-rules/sallyport/rules/[0-9a-f]{12}\\.json$'),
    });
    expect(JSON.stringify(statementsWith(template, 's3:GetObject').map((each) => each.Resource))).toContain(
      ':s3:::my-rules/sallyport/rules/*"',
    );
  });

  it('a map in a file goes into the function', () => {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-file-'));
    outdirs.push(folder);
    const path = join(folder, 'rules.yaml');
    writeFileSync(path, 'default:\n  - { name: method-and-path, params: { deny: [/from-file] } }\n');
    const document = { rules: { from: { with: { path } } } };
    const { code } = make((stack, { backend }) => new RegionalApi(stack, 'X', { kind: 'http', backend, document }));
    expect(code(/Authorizer/)).toContain('/from-file');
    const lost = { rules: { from: { with: { path: join(folder, 'no.json') } } } };
    expect(() =>
      make((stack, { backend }) => new RegionalApi(stack, 'X', { kind: 'http', backend, document: lost })),
    ).toThrow(/rules\.from\.with\.path: .*no\.json cannot be read/);
  });
});

describe('what cannot work says what to do', () => {
  const inVpc = (from: object) => () =>
    make((stack, { vpc }) => new PrivateForwarder(stack, 'X', { ...vpc(), document: { ...open, rules: { from } } }));
  it.each([
    ['ssm', ssm, /in a VPC: make an interface endpoint for SSM and give its group as `rulesBy\.ssm`/],
    ['s3', s3, /give `rulesBy\.s3: \{ prefixList \}`/],
    ['dynamodb', dynamodb, /give `rulesBy\.dynamodb: \{ prefixList \}`/],
  ])('%s from inside a VPC without a way there', (_, from, message) => {
    expect(inVpc(from)).toThrow(message);
  });
  it('a gateway endpoint is made, and the function let out to it', () => {
    const { template } = make(
      (stack, { vpc }) =>
        new PrivateForwarder(stack, 'X', {
          ...vpc(),
          document: { ...open, rules: { from: s3 } },
          rulesBy: { s3: { prefixList: 'pl-63a5400a' } },
        }),
    );
    template.resourceCountIs('AWS::EC2::VPCEndpoint', 1);
    template.hasResourceProperties('AWS::EC2::SecurityGroupEgress', {
      DestinationPrefixListId: 'pl-63a5400a',
      FromPort: 443,
      ToPort: 443,
    });
  });
  it.each([
    ['a source of one’s own', { use: 'redis', with: {} }, /source.*redis|redis.*source/],
    ['options that are not its own', { use: 's3', with: { bucket: 'my-rules' } }, /rules\.from\.with\.key/],
    [
      'a place elsewhere that is to be made',
      { use: 's3', with: { ...s3.with, region: 'eu-west-1' } },
      /leave `region` out, or `rules\.map`/,
    ],
  ])('%s', (_, from, message) => {
    expect(() => make((stack) => new Sallyport(stack, 'X', { document: { ...open, rules: { from, map } } }))).toThrow(
      message,
    );
  });
});

const moto = findMoto('rule maps of a stack');
describe.skipIf(moto === null)('against an emulator, through the real SDK clients', () => {
  let server: Moto;
  let endpoint = '';
  const env = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'us-east-1' };
  beforeAll(async () => {
    Object.assign(process.env, env);
    server = await startMoto(moto as string);
    endpoint = server.endpoint;
  });
  afterAll(() => server?.stop());

  /** What the stack has CloudFormation do when the map is put there, with names resolved. */
  function seeded(from: object): Record<string, unknown> {
    const { template } = make((stack) => new Sallyport(stack, 'X', { document: { ...open, rules: { from, map } } }));
    const [found] = Object.values(template.findResources('Custom::SallyportRuleMap')) as {
      Properties: { Update: string | { 'Fn::Join': [string, unknown[]] } };
    }[];
    const text = found?.Properties.Update ?? '';
    const joined =
      typeof text === 'string'
        ? text
        : text['Fn::Join'][1].map((part) => (typeof part === 'string' ? part : 'my-rules')).join('');
    return (JSON.parse(joined) as { parameters: Record<string, unknown> }).parameters;
  }

  it('what a stack puts into S3 and DynamoDB is what a door reads', async () => {
    const client = new S3Client({ endpoint, forcePathStyle: true });
    await client.send(new CreateBucketCommand({ Bucket: 'my-rules' }));
    await client.send(new PutObjectCommand(seeded(s3) as never));
    client.destroy();
    const object = await s3Document({ bucket: 'my-rules', key: 'main/map.json', endpoint }).load();
    expect(JSON.parse(object.text)).toMatchObject(map);
    const dynamo = new DynamoDBClient({ endpoint });
    await dynamo.send(
      new CreateTableCommand({
        TableName: 'my-rules',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
      }),
    );
    await dynamo.send(new TransactWriteItemsCommand(seeded(dynamodb) as never));
    dynamo.destroy();
    const item = await dynamoDocument({ table: 'my-rules', name: 'shop', endpoint }).load();
    expect(JSON.parse(item.text)).toMatchObject(map);
    expect(item.version).toMatch(/^dynamodb:shop:v#/);
  });

  it('the very bundle of a stack’s authorizer reads its map over SSM, and takes up the next', async () => {
    const from = { use: 'ssm', with: { parameter: '/live', every: '1s', endpoint } };
    const { folder } = make(
      (stack, { backend }) => new RegionalApi(stack, 'X', { kind: 'http', backend, document: { rules: { from } } }),
    );
    const client = new SSMClient({ endpoint });
    const put = (value: object): Promise<unknown> =>
      client.send(
        new PutParameterCommand({ Name: '/live', Type: 'String', Value: JSON.stringify(value), Overwrite: true }),
      );
    await put(map);
    expect((await client.send(new GetParameterCommand({ Name: '/live' }))).Parameter?.Value).toBe(JSON.stringify(map));
    // The runtime of Lambda has the SDK; beside a bundle in a folder of its own there is none, so the project's is named.
    const sdk = join(import.meta.dirname, '../../node_modules/@aws-sdk/client-ssm/dist-cjs/index.js');
    const bundled = folder(/Authorizer/);
    for (const name of readdirSync(bundled)) {
      const file = join(bundled, name);
      writeFileSync(file, readFileSync(file, 'utf8').replaceAll('"@aws-sdk/client-ssm"', JSON.stringify(sdk)));
    }
    const running = await runFolder(bundled, env);
    const allowed = async (path: string): Promise<unknown> => {
      const answer = await running.invoke({
        version: '2.0',
        type: 'REQUEST',
        routeArn: 'arn:aws:execute-api:us-east-1:1:a/$default/GET/x',
        rawPath: path,
        rawQueryString: '',
        headers: { host: 'a.test', 'user-agent': 'curl' },
        routeKey: '$default',
        requestContext: {
          http: { method: 'GET', path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'curl' },
          accountId: '1',
          apiId: 'a',
          domainName: 'a.test',
          domainPrefix: 'a',
          requestId: 'r',
          routeKey: '$default',
          stage: '$default',
          time: '',
          timeEpoch: 0,
        },
      });
      return answer.kind === 'answer' ? (answer.value as { isAuthorized?: unknown }).isAuthorized : answer;
    };
    expect([await allowed('/shut'), await allowed('/x')], running.log()).toEqual([false, true]);
    await put({ default: [{ name: 'method-and-path', params: { deny: ['/x'] } }] });
    await expect.poll(() => allowed('/x'), { timeout: 20_000, interval: 300 }).toBe(false);
    expect(await allowed('/shut')).toBe(true);
    await running.stop();
    client.destroy();
  });
});

describe('an API of a document with rules from elsewhere', () => {
  const from = { use: 'ssm', with: { parameter: '/of/this/api' } };
  const build =
    (rules: boolean) =>
    (stack: Stack): unknown =>
      new Sallyport(stack, 'X', {
        document: {
          rules: { from },
          // A pool is nothing that API Gateway has: the line answers.
          origins: { a: { url: 'https://a.example.com' }, b: { url: 'https://b.example.com' } },
          pools: { both: { targets: [{ origin: 'a' }, { origin: 'b' }] } },
          apis: { shop: { kind: 'rest', rules, routes: { 'GET /items': { to: 'both' } } } },
        },
      });
  it('its line may and does read them where the API has rules', () => {
    const { template, code } = make(build(true));
    expect(statementsWith(template, 'ssm:GetParameter')).toHaveLength(1);
    expect(code(/Line/).includes('/of/this/api')).toBe(true);
  });
  it('neither may nor tries to read them where it has none', () => {
    const { template, code } = make(build(false));
    expect(statementsWith(template, 'ssm:GetParameter')).toEqual([]);
    expect(code(/Line/).includes('/of/this/api')).toBe(false);
  });
});
