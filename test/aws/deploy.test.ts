import { mkdirSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sallyportCommand, type Ran } from '../support/cli.ts';
import { temporaryFolder } from '../support/folder.ts';

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
  const folder = temporaryFolder();
  const bare = temporaryFolder();
  const run = (...args: string[]): Promise<Ran> => sallyportCommand(folder.path, args, { env: nobody(folder.path) });
  beforeAll(() => {
    folder.write('sallyport.config.json', JSON.stringify(document));
    folder.write('package.json', '{}');
    mkdirSync(join(folder.path, 'node_modules'));
    for (const name of ['aws-cdk', 'aws-cdk-lib', 'constructs', 'esbuild'])
      symlinkSync(resolve(import.meta.dirname, '../../node_modules', name), join(folder.path, 'node_modules', name));
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
  it('without the toolkit: what to install', async () => {
    const { code, err } = await sallyportCommand(bare.path, ['deploy'], { env: nobody(bare.path) });
    expect(code).toBe(1);
    expect(err).toContain('npm i -D aws-cdk@2 aws-cdk-lib@2 constructs esbuild');
  });
});
