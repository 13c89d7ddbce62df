import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCurl } from '../../src/cli/curl.ts';
import type { PolicyAnswer } from '../../src/events/authorizer.ts';
import { openScript } from '../../src/run/script.ts';
import { toScriptEvent } from '../../src/events/edge-script.ts';
import { HeaderList } from '../../src/http/headers.ts';
import { events } from './functions/events.ts';
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

const readmeOf = (name: string): string =>
  readFileSync(join(import.meta.dirname, '../../examples', name, 'README.md'), 'utf8');

interface Resource {
  readonly Type: string;
  readonly Properties: { readonly Description?: string; readonly FunctionCode?: string };
  readonly Metadata?: Readonly<Record<string, string>>;
}
/** What the synth of the test above left behind. */
const resources = (name: string, stack: string): Resource[] => {
  const file = join(project.path, name, 'cdk.out', `${stack}.template.json`);
  return Object.values((JSON.parse(readFileSync(file, 'utf8')) as { Resources: Record<string, Resource> }).Resources);
};
const functionOf = (name: string, stack: string, description: RegExp): Promise<Running> => {
  const made = resources(name, stack).find(
    ({ Type, Properties }) => Type === 'AWS::Lambda::Function' && description.test(Properties.Description ?? ''),
  );
  return runFolder(join(project.path, name, 'cdk.out', made?.Metadata?.['aws:asset:path'] ?? 'no such function'));
};

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    }).once('error', () => resolve(false));
  });

describe('the lines for the laptop, which come first', { timeout: 300_000 }, () => {
  const started: ChildProcess[] = [];
  afterAll(() => {
    for (const child of started) child.kill();
  });
  it.each([
    ['aws-private-forwarder', 2],
    ['aws-licensed-search', 6],
    ['aws-protected-websocket', 3],
  ] as const)('%s', async (name, least) => {
    const { path: cwd, readme } = exampleIn(project.path, name);
    const lines = commandsOf(readme, 'On the laptop first');
    expect(lines.length).toBeGreaterThanOrEqual(least);
    cpSync(join(import.meta.dirname, '../../examples/licensed-search'), join(project.path, 'licensed-search'), {
      recursive: true,
    });
    const [edge, admin, origin] = [await freePort(), await freePort(), await freePort()];
    const env: NodeJS.ProcessEnv = {
      ...process.env,
      PORT: String(edge),
      ADMIN_PORT: String(admin),
      ORIGIN: `http://127.0.0.1:${origin}`,
    };
    let told = 0;
    for (const { command, says } of lines) {
      const line = command
        .replaceAll('npx sallyport', `${process.execPath} ${project.path}/node_modules/sallyport/dist/bin/sallyport.js`)
        .replaceAll('127.0.0.1:8080', `127.0.0.1:${edge}`)
        .replace('origin.mjs', `origin.mjs ${origin}`);
      if (line.endsWith('&')) {
        started.push(spawn('/bin/sh', ['-c', `exec ${line.slice(0, -1)}`], { cwd, env, stdio: 'ignore' }));
        const port = line.includes('origin.mjs') ? origin : edge;
        await expect.poll(() => listens(port), { timeout: 60_000 }).toBe(true);
        continue;
      }
      const [, variable, inner] = /^(\w+)=\$\((.*)\)$/.exec(line) ?? [];
      const { stdout, stderr } = spawnSync('/bin/sh', ['-c', inner ?? line], { cwd, env, encoding: 'utf8' });
      if (variable !== undefined) env[variable] = stdout.trim();
      if (says === '') continue;
      const [, status, rest = ''] = /^(\d{3})?\s*(.*)$/.exec(says) ?? [];
      expect(stdout, `${command}\n${stderr}`).toMatch(
        status === undefined
          ? new RegExp(rest.replace(/\.\.\..*/, '').replaceAll(/[{}]/g, String.raw`\$&`))
          : new RegExp(`^HTTP(?:/1\\.1)? ${status}`, 'm'),
      );
      told++;
    }
    expect(told).toBeGreaterThanOrEqual(2);
  });
});

describe('the lines for an account, asked of what the synth left behind', { timeout: 120_000 }, () => {
  it('aws-private-forwarder: the authorizer of `link` lets a POST in, and no GET', async () => {
    const running = await functionOf('aws-private-forwarder', 'PrivateForwarder-link', /^Rules of/);
    try {
      const lines = commandsOf(readmeOf('aws-private-forwarder'), 'Try').filter(
        ({ command, says }) => command.startsWith('curl ') && !/^(?:rest|webhook)/.test(says),
      );
      expect(lines).toHaveLength(2);
      for (const { command, says } of lines) {
        const { method, target } = parseCurl(command.replace(' URL/', ' https://a.test/'));
        const event = structuredClone(events['authorizer']?.(target)) as { requestContext: { http: object } };
        Object.assign(event.requestContext.http, { method });
        expect(await running.invoke(event), command).toMatchObject({
          value: { isAuthorized: !says.startsWith('405') },
        });
      }
    } finally {
      await running.stop();
    }
  });

  it('aws-licensed-search: the CloudFront Function, over the licences that were made above', () => {
    const code = resources('aws-licensed-search', 'LicensedSearch-script').find(
      ({ Type }) => Type === 'AWS::CloudFront::Function',
    )?.Properties.FunctionCode;
    const cli = (...args: string[]): string =>
      spawnSync(process.execPath, [join(project.path, 'node_modules/sallyport/dist/bin/sallyport.js'), ...args], {
        cwd: join(project.path, 'aws-licensed-search'),
        encoding: 'utf8',
      }).stdout.trim();
    const key = cli('licences', 'create', 'Acme');
    const { data } = JSON.parse(cli('licences', 'export', '--to', 'kvs-file')) as {
      data: { key: string; value: string }[];
    };
    const store = Object.fromEntries(data.map((each) => [each.key, each.value]));
    const script = openScript({ name: 'l.js', code: code ?? '', store, timeoutMs: 1000, now: Date.now() });
    const lines = commandsOf(readmeOf('aws-licensed-search'), 'Try').filter(({ command }) =>
      command.startsWith('curl '),
    );
    expect(lines).toHaveLength(3);
    for (const { command, says } of lines) {
      const { method, target } = parseCurl(command.replace('$KEY', key).replace('DOMAIN', 'd.test'));
      const { event, rawQuery } = toScriptEvent(
        { method, target, version: '1.1', headers: HeaderList.of([]), body: null },
        null,
        { moment: 'viewer-request', distributionId: 'E1', domain: 'd.test', requestId: 'r', ip: '192.0.2.1' },
      );
      const answer = script.run(event, rawQuery) as { value?: { statusCode?: number } };
      expect(String(answer.value?.statusCode ?? 200), command).toBe(says.slice(0, 3));
    }
  });

  it('aws-protected-websocket: what is typed is echoed, and a message above 4 kB is not', async () => {
    const readme = readmeOf('aws-protected-websocket');
    const typed = /then type: (\{.*\})/.exec(readme)?.[1] ?? '';
    const running = await functionOf('aws-protected-websocket', 'ProtectedWebSocket', /^Messages/);
    const context = { routeKey: '$default', connectionId: 'c=', stage: 'prod', apiId: 'a', domainName: 'a.test' };
    const say = (body: string) => {
      const requestContext = { ...context, eventType: 'MESSAGE', requestId: 'r', identity: { sourceIp: '192.0.2.1' } };
      return running.invoke({ requestContext, body, isBase64Encoded: false });
    };
    try {
      expect(await say(typed), running.log()).toMatchObject({ value: { body: JSON.stringify({ echo: typed }) } });
      expect(await say('a'.repeat(5000))).toMatchObject({
        value: { body: expect.stringContaining('Forbidden') as string },
      });
    } finally {
      await running.stop();
    }
  });
});
