import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCurl } from '../../src/cli/curl.ts';
import type { PolicyAnswer } from '../../src/events/authorizer.ts';
import { commandsOf, exampleIn, installedProject } from './lib/installed.ts';
import { runFolder, type Running } from './lib/lambda.ts';

/** What the READMEs of the AWS examples say, done by somebody new, in a project of their own, as far as it goes without an account. */

const names = ['aws-licensed-search', 'aws-private-forwarder', 'aws-programmable-waf', 'aws-protected-websocket'];

let project: ReturnType<typeof installedProject>;
beforeAll(() => {
  project = installedProject();
}, 300_000);
afterAll(() => project?.remove());

/** A command, and for each variant that the README's table names, the command for that variant. */
const variants = (command: string, readme: string): string[] => {
  const [, named] = /variant=(\w+)/.exec(command) ?? [];
  if (named === undefined) return [command];
  const rows = [...readme.matchAll(/^\| `(\w+)` \|/gm)].map(([, variant]) => variant as string);
  expect(rows).toContain(named);
  return rows.map((variant) => command.replace(`variant=${named}`, `variant=${variant}`));
};

describe.each(names)('%s', { timeout: 600_000 }, (name) => {
  it('every offline command does what is said of it, and each section is there', () => {
    const { path, readme } = exampleIn(project.path, name);
    for (const heading of ['Deploy', 'Try', 'Logs', 'Clean up'])
      expect(commandsOf(readme, heading).length, `${name}: ${heading}`).toBeGreaterThan(0);
    const offline = commandsOf(readme, 'Deploy').filter(({ says }) => says.startsWith('offline'));
    expect(offline.length).toBeGreaterThan(0);
    const run = offline.flatMap(({ command }) => variants(command, readme));
    for (const command of run) {
      const { status, stderr } = spawnSync('/bin/sh', ['-c', command], {
        cwd: path,
        encoding: 'utf8',
        env: {
          ...process.env,
          HOME: project.path,
          AWS_EC2_METADATA_DISABLED: 'true',
          CDK_DISABLE_CLI_TELEMETRY: 'true',
          // Every stack is validated in validators.test.ts.
          CDK_VALIDATION: 'false',
        },
      });
      expect(status, `${command}\n${stderr}`).toBe(0);
      expect(stderr, command).not.toMatch(/no effect|deprecated/i);
    }
    expect(readdirSync(join(path, 'cdk.out')).some((file) => file.endsWith('.template.json'))).toBe(true);
  });
});

describe('the curl lines of aws-programmable-waf, asked of the function that its synth left behind', () => {
  const readme = readFileSync(join(import.meta.dirname, '../../examples/aws-programmable-waf/README.md'), 'utf8');
  // The gateway itself asks for the key, behind the authorizer; everything else is the authorizer's.
  const lines = commandsOf(readme, 'Try').filter(
    ({ command, says }) => command.startsWith('curl ') && !says.endsWith('no key'),
  );
  let running: Running;
  beforeAll(async () => {
    const out = join(project.path, 'aws-programmable-waf/cdk.out');
    const asset = readdirSync(out).find((file) => file.startsWith('asset.')) as string;
    running = await runFolder(join(out, asset));
  });
  afterAll(() => running?.stop());
  it('has lines enough', () => expect(lines.length).toBeGreaterThanOrEqual(4));
  it.each(lines)('$command: $says', async ({ command, says }) => {
    const asked = parseCurl(command.replace(' URL/', ' https://a.test/prod/').replace('$KEY', 'k'));
    const [path = ''] = asked.target.replace(/^\/prod/, '').split('?');
    const said = await running.invoke({
      type: 'REQUEST',
      methodArn: `arn:aws:execute-api:eu-west-1:1:a/prod/${asked.method}${path}`,
      resource: '/{proxy+}',
      path,
      httpMethod: asked.method,
      headers: Object.fromEntries(asked.headers),
      multiValueHeaders: Object.fromEntries(asked.headers.map(([name, value]) => [name, [value]])),
      queryStringParameters: {},
      multiValueQueryStringParameters: {},
      pathParameters: { proxy: path.slice(1) },
      stageVariables: {},
      requestContext: {
        accountId: '1',
        apiId: 'a',
        domainName: 'a.test',
        identity: { sourceIp: '192.0.2.1' },
        path: `/prod${path}`,
        requestId: 'r',
        requestTimeEpoch: 0,
        stage: 'prod',
      },
    });
    expect(said.kind).toBe('answer');
    const { policyDocument } = (said as { readonly value: PolicyAnswer }).value;
    expect(policyDocument.Statement[0]?.Effect).toBe(says.startsWith('200') ? 'Allow' : 'Deny');
  });
});
