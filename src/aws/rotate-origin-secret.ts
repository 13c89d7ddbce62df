import { randomBytes } from 'node:crypto';
import { messageOf } from '../base/fault.ts';
import { awsCall, type AwsCall } from './aws-call.ts';
import { DistributionHeader } from './distribution-header.ts';
import { flawOf } from './event.ts';
import { toStdout, type Write } from './log.ts';
import { SecretsManager } from './secrets-manager.ts';

export interface RotationOptions {
  /** The header that the distribution sends. */
  readonly header: string;
  /** Names of the environment variables with the secret's ARN and the distribution's id. */
  readonly secret: string;
  readonly distribution: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly call?: AwsCall;
  readonly write?: Write;
  /** Between two looks at the distribution. */
  readonly delay?: (ms: number) => Promise<void>;
}

interface Context {
  getRemainingTimeInMillis?(): number;
}

const wanted = { SecretId: 'text', ClientRequestToken: 'text', Step: 'text' } as const;
const sleep = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

/** Time kept back to answer in. */
const reserveMs = 30_000;
const lookMs = 10_000;

/**
 * Rotates the secret that a distribution sends to its origin, in the four steps of Secrets Manager. Who checks the header
 * takes the pending value as well as the current one, so the distribution can be changed first: at no moment does it send
 * what is not accepted. The step fails, and Secrets Manager tries again later, while CloudFront has not told every location.
 */
export function rotateOriginSecret(options: RotationOptions): (event: unknown, context?: Context) => Promise<void> {
  const env = options.env ?? process.env;
  const write = options.write ?? toStdout;
  const named = (name: string): string => {
    const value = env[name] ?? '';
    if (value === '') throw new Error(`${name} is not set`);
    return value;
  };
  const arn = named(options.secret);
  const call = options.call ?? awsCall({ env });
  const secrets = new SecretsManager(call, arn);
  const header = new DistributionHeader(call, named(options.distribution), options.header);

  const pendingValue = async (version: string): Promise<string> => {
    const pending = await secrets.read('AWSPENDING', version);
    if (pending === null) throw new Error('there is no pending value: the step createSecret was not done');
    return pending.value;
  };
  const steps: Readonly<Record<string, (version: string, context?: Context) => Promise<string>>> = {
    async createSecret(version) {
      if (await secrets.read('AWSPENDING', version)) return 'a pending value was there already';
      // Hexadecimal, so that it is the same in a header, in XML and in a log filter.
      await secrets.putPending(version, randomBytes(32).toString('hex'));
      return 'a new value is pending';
    },
    async setSecret(version) {
      const changed = await header.write(await pendingValue(version));
      return changed ? 'the distribution was told the new value' : 'the distribution had the new value already';
    },
    async testSecret(version, context) {
      const value = await pendingValue(version);
      while (!(await header.deployed())) {
        const left = context?.getRemainingTimeInMillis?.() ?? 0;
        if (left < reserveMs + lookMs)
          throw new Error('CloudFront has not told every location yet; the rotation is tried again');
        await (options.delay ?? sleep)(lookMs);
      }
      // A deployment in between puts the current value back; then the rotation begins again.
      if ((await header.read()).some((each) => each !== value))
        throw new Error('the distribution sends another value than the pending one; the rotation is tried again');
      return 'every location sends the new value';
    },
    async finishSecret(version) {
      const current = Object.entries(await secrets.versions()).find(([, labels]) => labels.includes('AWSCURRENT'))?.[0];
      if (current === version) return 'the new value was current already';
      if (current === undefined) throw new Error('no version of the secret is current');
      await secrets.makeCurrent(version, current);
      return 'the new value is current';
    },
  };

  return async (event, context) => {
    const flaw = flawOf(event, wanted);
    const { SecretId, ClientRequestToken, Step } = (event ?? {}) as Record<string, string>;
    const step = steps[Step ?? ''];
    if (flaw || !step)
      throw new Error(flaw ? flaw.says : `a step ${String(Step)}; known are ${Object.keys(steps).join(', ')}`);
    // It may change one distribution, so it serves one secret.
    if (SecretId !== arn) throw new Error('the event names another secret than the one that this function rotates');
    const version = ClientRequestToken as string;
    const labels = (await secrets.versions())[version];
    if (!labels) throw new Error('the secret has no such version: rotate it with RotateSecret, not by calling this');
    if (labels.includes('AWSCURRENT')) return write(line('info', Step as string, 'the version is current already'));
    if (!labels.includes('AWSPENDING')) throw new Error('the version is not pending');
    try {
      write(line('info', Step as string, await step(version, context)));
    } catch (thrown) {
      write(line('error', Step as string, messageOf(thrown)));
      throw thrown;
    }
  };
}

const line = (level: 'info' | 'error', step: string, says: string): string =>
  JSON.stringify({ kind: 'log', level, door: 'rotate-origin-secret', step, says });
