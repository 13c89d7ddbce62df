import { spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cliMain, sallyportCommand, type Ran } from '../support/cli.ts';
import { temporaryFolder } from '../support/folder.ts';
import { toolkitFolder } from './lib/toolkit-folder.ts';

const document = {
  name: 'Orders API',
  rules: { map: { default: [{ name: 'user-agent' }] } },
  origins: { main: { url: 'https://origin.example.com' } },
  routes: { 'ANY /{proxy+}': { to: 'main', throttle: { rate: 5, burst: 10 } } },
};

/** As on a machine where nobody is signed in; the toolkit must not ask the network who it is. */
const nobody = (home: string): Record<string, string> => ({
  HOME: home,
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_ACCESS_KEY_ID: '',
  AWS_SECRET_ACCESS_KEY: '',
  AWS_PROFILE: '',
  AWS_REGION: 'eu-west-1',
  CDK_VALIDATION: 'false',
  CI: '1',
});

describe('sallyport deploy and destroy, with the real toolkit and no credentials', () => {
  const folder = toolkitFolder({ 'sallyport.config.json': JSON.stringify(document) });
  const bare = temporaryFolder();
  const run = (...args: string[]): Promise<Ran> => sallyportCommand(folder.path, args, { env: nobody(folder.path) });
  beforeAll(() => {
    bare.write('sallyport.config.json', JSON.stringify(document));
  });
  afterAll(() => {
    folder.remove();
    bare.remove();
  });

  it('deploy synthesizes, finds nobody signed in, says what is missing, and fails', async () => {
    const { code, err, out } = await run('deploy', '--yes');
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain('there are no AWS credentials that work: set AWS_PROFILE');
    expect(err).toContain('AWS_ACCESS_KEY_ID');
  });
  it('destroy too', async () => {
    const { code, err } = await run('destroy', '--yes');
    expect(code).toBe(1);
    expect(err).toContain('there are no AWS credentials');
  });
  it('what cannot become a stack is said before anybody is asked for', async () => {
    folder.write(
      'private.json',
      JSON.stringify({ ...document, origins: { main: { url: 'http://10.0.0.7', allow: ['10.0.0.7'] } } }),
    );
    const { code, err } = await run('deploy', '--yes', '-c', 'private.json');
    expect(code).toBe(1);
    expect(err).toContain('origins.main: http://10.0.0.7 is private: give `vpc:');
    folder.write('slip.json', JSON.stringify({ ...document, ruels: {} }));
    const slip = await run('deploy', '-c', 'slip.json');
    expect([slip.code, slip.err.includes('did you mean "rules"?')]).toEqual([1, true]);
  });
  it('nobody there to ask is an error of the call', async () => {
    const { code, err } = await run('destroy');
    expect([code, err.includes('say --yes')]).toEqual([2, true]);
  });
  it('Ctrl-C is passed on, and what goes on is said', async () => {
    const slow = toolkitFolder(
      {},
      `if (process.argv[2] === 'diff') console.log('Number of stacks with differences: 1');
       else { console.log('deploying...'); setInterval(() => {}, 1000); }`,
    );
    const child = spawn(process.execPath, [cliMain, 'deploy', '--yes', '--app', 'node app.mjs'], { cwd: slow.path });
    let err = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
      if (text.includes('deploying...')) child.kill('SIGINT');
    });
    const code = await new Promise((done) => child.once('close', done));
    slow.remove();
    expect([code, err]).toEqual([
      130,
      expect.stringContaining('broken off; CloudFormation goes on with what it has begun'),
    ]);
  });
  it('without the toolkit: what to install', async () => {
    const { code, err } = await sallyportCommand(bare.path, ['deploy'], { env: nobody(bare.path) });
    expect(code).toBe(1);
    expect(err).toContain('npm i -D aws-cdk@2 aws-cdk-lib@2 constructs esbuild');
  });
});
