import { describe, expect, it } from 'vitest';
import { manualClock } from '../base/clock.ts';
import type { AwsCall } from './aws-call.ts';
import { rotatedSecret } from './origin-secret.ts';
import { rotateOriginSecret } from './rotate-origin-secret.ts';
import type { SecretStage, SecretVersion } from './secrets-manager.ts';

const arn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:origin-AbCdEf';

describe('a rotated secret', () => {
  const open = (start: Partial<Record<SecretStage, SecretVersion>>) => {
    const clock = manualClock(10_000_000_000);
    const state = { versions: { ...start } as Partial<Record<SecretStage, SecretVersion>>, reads: 0, down: false };
    const log: string[] = [];
    const wanted = rotatedSecret(
      async (stage) => {
        state.reads++;
        if (state.down) throw new Error('no answer');
        return state.versions[stage] ?? null;
      },
      clock,
      (text) => void log.push(text),
    );
    return { clock, state, wanted, log };
  };
  const version = (value: string, created = 0): SecretVersion => ({ value, versionId: value, created });

  it('is read once for many requests', async () => {
    const { state, wanted } = open({ AWSCURRENT: version('one') });
    expect(await Promise.all([wanted.fits('one'), wanted.fits('one'), wanted.fits('two')])).toEqual([
      true,
      true,
      false,
    ]);
    expect(wanted.fits('one')).toBe(true);
    expect(state.reads).toBe(3);
  });
  it('takes the pending value as soon as somebody sends it, and asks no more than every five seconds', async () => {
    const { clock, state, wanted } = open({ AWSCURRENT: version('one') });
    await wanted.fits('one');
    state.versions = { AWSCURRENT: version('one'), AWSPENDING: version('two') };
    expect(await wanted.fits('two')).toBe(false);
    expect(state.reads).toBe(3);
    clock.turn(5001);
    expect(await wanted.fits('two')).toBe(true);
    expect(wanted.fits('one')).toBe(true);
  });
  it('takes the value before for an hour after a rotation', async () => {
    const { clock, wanted } = open({ AWSCURRENT: version('two', 10_000_000), AWSPREVIOUS: version('one') });
    expect(await wanted.fits('one')).toBe(true);
    clock.turn(3_600_001);
    expect(await wanted.fits('one')).toBe(false);
    expect(await wanted.fits('two')).toBe(true);
  });
  it('goes on with what it knows while nobody answers, and lets nobody in when it knows nothing', async () => {
    const { clock, state, wanted, log } = open({ AWSCURRENT: version('one') });
    await wanted.fits('one');
    state.down = true;
    clock.turn(3_600_000);
    expect(await wanted.fits('one')).toBe(true);
    expect(log.join()).toContain('could not be read');
    const other = open({});
    await expect(Promise.resolve(other.wanted.fits('one'))).rejects.toThrow('no value');
  });
});

/** Secrets Manager and CloudFront, as far as a rotation sees them. */
function cloud() {
  const state = {
    versions: new Map([['v1', { value: 'old', stages: ['AWSCURRENT'] }]]),
    sent: ['old', 'old'],
    etag: 1,
    deployed: true,
    calls: [] as string[],
  };
  const json = (body: object, status = 200) => ({ status, headers: new Headers(), text: JSON.stringify(body) });
  const origin = (value: string): string =>
    `<Origin><Id>a&amp;b</Id><CustomHeaders><Quantity>2</Quantity><Items><OriginCustomHeader><HeaderName>x-other</HeaderName><HeaderValue>keep</HeaderValue></OriginCustomHeader>
     <OriginCustomHeader><HeaderName>X-Origin-Verify</HeaderName><HeaderValue>${value}</HeaderValue></OriginCustomHeader></Items></CustomHeaders></Origin>`;
  const call: AwsCall = async ({ service, method, target, headers, body }) => {
    if (service === 'cloudfront') {
      state.calls.push(`${method} ${target}`);
      const xml = `<DistributionConfig>${state.sent.map(origin).join('')}</DistributionConfig>`;
      if (method === 'PUT') {
        if (headers['if-match'] !== `E${state.etag}`)
          return { status: 412, headers: new Headers(), text: '<Code>PreconditionFailed</Code>' };
        state.sent = [...body.matchAll(/X-Origin-Verify<\/HeaderName><HeaderValue>([^<]*)/g)].map(
          (match) => match[1] ?? '',
        );
        state.etag++;
      }
      const status = state.deployed ? 'Deployed' : 'InProgress';
      const text = target.endsWith('/config') ? xml : `<Distribution><Status>${status}</Status>${xml}</Distribution>`;
      return { status: 200, headers: new Headers({ etag: `E${state.etag}` }), text };
    }
    const input = JSON.parse(body) as Record<string, string>;
    const action = headers['x-amz-target']?.split('.')[1];
    state.calls.push(String(action));
    switch (action) {
      case 'DescribeSecret':
        return json({
          VersionIdsToStages: Object.fromEntries([...state.versions].map(([id, { stages }]) => [id, stages])),
        });
      case 'GetSecretValue': {
        const found = [...state.versions].find(
          ([id, each]) =>
            each.stages.includes(String(input['VersionStage'])) &&
            (input['VersionId'] ?? id) === id &&
            each.value !== '',
        );
        return found
          ? json({ SecretString: found[1].value, VersionId: found[0], CreatedDate: 1 })
          : json({ __type: 'ResourceNotFoundException' }, 400);
      }
      case 'PutSecretValue':
        state.versions.set(String(input['ClientRequestToken']), {
          value: String(input['SecretString']),
          stages: ['AWSPENDING'],
        });
        return json({});
      case 'UpdateSecretVersionStage':
        for (const [id, each] of state.versions)
          each.stages = id === input['MoveToVersionId'] ? ['AWSCURRENT'] : ['AWSPREVIOUS'];
        return json({});
      default:
        return json({ __type: 'com.amazon#AccessDeniedException', message: 'no' }, 400);
    }
  };
  return { state, call };
}

describe('the rotation', () => {
  const open = () => {
    const { state, call } = cloud();
    state.versions.set('v2', { value: '', stages: ['AWSPENDING'] });
    const log: string[] = [];
    let waits = 0;
    const rotate = rotateOriginSecret({
      header: 'x-origin-verify',
      secret: 'ARN',
      distribution: 'ID',
      env: { ARN: arn, ID: 'E1' },
      call,
      write: (text) => void log.push(text),
      delay: async () => {
        if (++waits === 2) state.deployed = true;
      },
    });
    const step = (Step: string, more: object = {}, left = 900_000) =>
      rotate({ Step, SecretId: arn, ClientRequestToken: 'v2', ...more }, { getRemainingTimeInMillis: () => left });
    return { state, step, log };
  };

  it('makes a value, tells the distribution, waits for every location, and makes it current', async () => {
    const { state, step, log } = open();
    await step('createSecret');
    const value = state.versions.get('v2')?.value ?? '';
    expect(value).toMatch(/^[0-9a-f]{64}$/);
    await step('createSecret');
    expect(state.versions.get('v2')?.value).toBe(value);
    await step('setSecret');
    expect(state.sent).toEqual([value, value]);
    state.deployed = false;
    await step('testSecret');
    await step('finishSecret');
    expect(state.versions.get('v2')?.stages).toEqual(['AWSCURRENT']);
    await step('finishSecret');
    expect(log.join('\n')).not.toContain(value);
    expect(log).toHaveLength(6);
  });
  it('changes nothing twice', async () => {
    const { state, step } = open();
    await step('createSecret');
    await step('setSecret');
    await step('setSecret');
    expect(state.calls.filter((each) => each.startsWith('PUT'))).toHaveLength(1);
  });
  it('fails, to be tried again, while CloudFront is slow or a deployment has put the old value back', async () => {
    const { state, step } = open();
    await step('createSecret');
    await step('setSecret');
    state.deployed = false;
    await expect(step('testSecret', {}, 20_000)).rejects.toThrow('not told every location');
    state.deployed = true;
    state.sent = ['old', 'old'];
    await expect(step('testSecret')).rejects.toThrow('another value than the pending one');
    expect(state.versions.get('v1')?.stages).toEqual(['AWSCURRENT']);
  });
  it('serves one secret and takes known steps only', async () => {
    const { state, step } = open();
    await expect(step('createSecret', { SecretId: `${arn}x` })).rejects.toThrow('another secret');
    await expect(step('dropSecret')).rejects.toThrow('createSecret, setSecret');
    await expect(step('createSecret', { ClientRequestToken: 'v9' })).rejects.toThrow('no such version');
    await expect(step('createSecret', { ClientRequestToken: 7 })).rejects.toThrow('ClientRequestToken');
    await expect(step('setSecret')).rejects.toThrow('createSecret was not done');
    state.sent = [];
    await step('createSecret');
    await expect(step('setSecret')).rejects.toThrow('deploy the stack again');
    expect(() => rotateOriginSecret({ header: 'h', secret: 'ARN', distribution: 'ID', env: {} })).toThrow(
      'ARN is not set',
    );
    expect(() =>
      rotateOriginSecret({ header: 'h', secret: 'ARN', distribution: 'ID', env: { ARN: 'x', ID: 'E1' } }),
    ).toThrow('no ARN of a secret');
  });
});
