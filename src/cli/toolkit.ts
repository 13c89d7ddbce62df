import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** What `sallyport deploy` needs beside the package itself; none of it is installed for who does not deploy. */
const needed = ['aws-cdk', 'aws-cdk-lib', 'constructs', 'esbuild'] as const;

/** How the CDK toolkit is started, or what is missing for it. Looked for from the folder of the user, as node would. */
export function findToolkit(folder: string): { readonly cdk: string } | { readonly missing: readonly string[] } {
  const require = createRequire(join(folder, 'package.json'));
  const missing = needed.filter((name) => {
    try {
      require.resolve(`${name}/package.json`);
      return false;
    } catch {
      return true;
    }
  });
  return missing.length > 0 ? { missing } : { cdk: require.resolve('aws-cdk/bin/cdk') };
}

export const installHint = (missing: readonly string[]): string =>
  `npm i -D ${missing.map((name) => (name === 'aws-cdk' || name === 'aws-cdk-lib' ? `${name}@2` : name)).join(' ')}`;

export interface ToolkitRun {
  readonly code: number;
  /** The end of what it said, for telling what went wrong. */
  readonly said: string;
  /** Ctrl-C or its like: it was passed on, and the toolkit has ended. */
  readonly brokenOff: boolean;
}

/** Runs the toolkit, or the app that it works on, and passes on what it says, as it says it, and what it is told to end. */
export function runToolkit(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  say: (text: string) => void,
): Promise<ToolkitRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [file, ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    let brokenOff = false;
    const pass = (signal: NodeJS.Signals): void => {
      brokenOff = true;
      child.kill(signal);
    };
    const signals = ['SIGINT', 'SIGTERM'] as const;
    for (const signal of signals) process.on(signal, pass);
    const done = (): void => {
      for (const signal of signals) process.off(signal, pass);
    };
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        said = (said + text).slice(-20_000);
        say(text);
      });
    child.once('error', (error) => {
      done();
      reject(error);
    });
    child.once('close', (code) => {
      done();
      resolve({ code: code ?? 1, said, brokenOff });
    });
  });
}

/** The toolkit's own words for "nobody is signed in", in the versions that are out. */
export const lacksCredentials = (said: string): boolean =>
  /Unable to resolve AWS account|no credentials have been configured|Unable to locate credentials|Could not load credentials|CredentialsProviderError|ExpiredToken|security token included in the request is (?:invalid|expired)/i.test(
    said,
  );

export const credentialsHint =
  'there are no AWS credentials that work: set AWS_PROFILE (after `aws configure sso` and `aws sso login`), or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and AWS_REGION';

/** The toolkit's own words for an account and region that it has no bucket and roles in yet. */
export const lacksBootstrap = (said: string): boolean =>
  /has the environment been bootstrapped\?|run [`'"]?cdk bootstrap/i.test(said);

export const bootstrapHint =
  'the toolkit keeps files and roles of its own in each account and region: run `npx cdk bootstrap aws://ACCOUNT/REGION` there, once';

/** How many stacks `cdk diff` found to be different; null where it did not say. */
export function differences(said: string): number | null {
  const [, count] = /Number of stacks with differences: (\d+)/.exec(said) ?? [];
  return count === undefined ? null : Number(count);
}
