import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sallyportCommand, type Ran } from '../support/cli.ts';
import { findMoto, startMoto, type Moto } from './lib/moto.ts';
import { realToolkit, toolkitFolder } from './lib/toolkit-folder.ts';

/**
 * The real toolkit against an emulator of CloudFormation, S3, SSM, IAM, STS, Lambda and DynamoDB. What the emulator (moto 5.2)
 * cannot, and nothing here pretends to: it makes no AWS::ApiGatewayV2::* (Api, Stage, Route, Integration), no
 * AWS::CloudWatch::Alarm and no AWS::Logs::MetricFilter (they are passed over, so a document's stack is made in part); it
 * tells no outputs of a stack that came by a change set; it fails a change set that is not there to be deleted, so that
 * a change of a stack is tried without change sets, on a stack of types that it knows.
 */
const command = findMoto('sallyport deploy and destroy');

const documentOf = (rate: number): string =>
  JSON.stringify({
    name: 'Orders API',
    rules: { map: { default: [{ name: 'user-agent' }] } },
    origins: { main: { url: 'https://origin.example.com' } },
    routes: { 'ANY /{proxy+}': { to: 'main', throttle: { rate, burst: 10 } } },
  });

/** A user's own app, of types that the emulator knows. */
const appOf = (value: string): string => `
const { App, BootstraplessSynthesizer, CfnOutput, RemovalPolicy, Stack } = require('aws-cdk-lib');
const { AttributeType, Table } = require('aws-cdk-lib/aws-dynamodb');
const { StringParameter } = require('aws-cdk-lib/aws-ssm');
const app = new App();
const stack = new Stack(app, 'Small', { synthesizer: new BootstraplessSynthesizer() });
new Table(stack, 'Kept', { tableName: 'kept', partitionKey: { name: 'pk', type: AttributeType.STRING }, removalPolicy: RemovalPolicy.RETAIN });
new StringParameter(stack, 'Word', { parameterName: '/word', stringValue: '${value}' });
new CfnOutput(stack, 'Says', { value: '${value}' });
`;

const direct = `
if (process.argv[2] === 'deploy') process.argv.push('--method', 'direct');
require(${JSON.stringify(realToolkit)});
`;

describe.skipIf(command === null)('sallyport deploy and destroy against an emulator', { timeout: 600_000 }, () => {
  const folder = toolkitFolder({ 'sallyport.config.json': documentOf(5) });
  const small = toolkitFolder({ 'app.cjs': appOf('first') }, direct);
  let moto: Moto;
  let env: Record<string, string>;
  const run = (...args: string[]): Promise<Ran> => sallyportCommand(folder.path, args, { env });
  const app = (...args: string[]): Promise<Ran> =>
    sallyportCommand(small.path, [...args, '--app', 'node app.cjs'], { env });
  const tables = async (): Promise<readonly string[]> => {
    const { TableNames = [] } = await new DynamoDBClient({
      endpoint: moto.endpoint,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    }).send(new ListTablesCommand({}));
    return TableNames;
  };
  beforeAll(async () => {
    moto = await startMoto(command as string);
    env = {
      HOME: folder.path,
      // The emulator finds templates in its own buckets by this name only.
      AWS_ENDPOINT_URL: moto.endpoint.replace('127.0.0.1', 'localhost'),
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_PROFILE: '',
      AWS_REGION: 'eu-west-1',
      AWS_EC2_METADATA_DISABLED: 'true',
      CDK_VALIDATION: 'false',
      CDK_DISABLE_CLI_TELEMETRY: 'true',
      CI: '1',
    };
  });
  afterAll(() => {
    moto?.stop();
    folder.remove();
    small.remove();
  });

  it('an account that the toolkit has not been in: what to do once', async () => {
    const { code, err } = await run('deploy', '--yes');
    expect([code, err.includes('npx cdk bootstrap aws://ACCOUNT/REGION')], err).toEqual([1, true]);
    const { status } = spawnSync(process.execPath, [realToolkit, 'bootstrap', 'aws://123456789012/eu-west-1'], {
      cwd: folder.path,
      env: { ...process.env, ...env },
    });
    expect(status).toBe(0);
  });

  it('makes the stack: the difference, progress, the end', async () => {
    const { code, err } = await run('deploy', '--yes');
    expect(code, err).toBe(0);
    expect(err).toContain('line: the document’s routes are answered by the line in a function');
    expect(err).toContain('[+] AWS::Lambda::Function Sallyport/Line/Function');
    expect(err).toContain('[+] Output Sallyport/Url Url:');
    expect(err).toMatch(/Orders-API \| +\d+\/\d+ .* CREATE_COMPLETE/);
    expect(err).not.toContain('NodeVersionSupportWarning');
    expect(await tables()).toEqual([expect.stringMatching(/^Orders-API-SallyportStoresTable/)]);
  });

  it('the same again: no difference, so nobody has to be there', async () => {
    const { code, err } = await run('deploy');
    expect([code, err.includes('There were no differences'), err.includes('(no changes)')], err).toEqual([
      0,
      true,
      true,
    ]);
  });

  it('a change: it is shown, and without a yes nothing is done', async () => {
    folder.write('sallyport.config.json', documentOf(6));
    const { code, err } = await run('deploy');
    expect([code, err.includes('say --yes')], err).toEqual([2, true]);
    expect(err).toContain('[~] AWS::Lambda::Function Sallyport/Line/Function');
    expect(err).not.toContain('[+] AWS');
  });

  it('takes it away, and says what stays', async () => {
    const { code, err } = await run('destroy', '--yes');
    expect(code, err).toBe(0);
    expect(err).toMatch(/these stay.*\n {2}AWS::DynamoDB::Table SallyportStoresTable/);
    expect(err).toContain('Orders-API: destroyed');
    expect(await tables()).toHaveLength(1);
  });

  it('an app of the user’s own: made, changed, taken away; outputs as JSON or in columns', async () => {
    const made = await app('deploy', '--yes', '--json');
    expect(made.code, made.err).toBe(0);
    expect(JSON.parse(made.out)).toEqual({ Small: { Says: 'first' } });
    small.write('app.cjs', appOf('second'));
    const changed = await app('deploy', '--yes');
    expect([changed.code, changed.out], changed.err).toEqual([0, 'Small:\n  Says  second\n']);
    expect(changed.err).toContain('[~] AWS::SSM::Parameter');
    const gone = await app('destroy', '--yes');
    expect([gone.code, gone.err.includes('Small: destroyed')], gone.err).toEqual([0, true]);
    expect(await tables()).toContain('kept');
  });
});
