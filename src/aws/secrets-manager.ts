import type { AwsCall } from './aws-call.ts';

/** Labels that Secrets Manager moves from version to version during a rotation. */
export const stages = ['AWSCURRENT', 'AWSPENDING', 'AWSPREVIOUS'] as const;
export type SecretStage = (typeof stages)[number];

export interface SecretVersion {
  readonly value: string;
  readonly versionId: string;
  /** Seconds since 1970. */
  readonly created: number;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Secrets Manager refused a call; the name is its own, e.g. `ResourceNotFoundException`. */
export class SecretsError extends Error {
  readonly kind: string;

  constructor(action: string, kind: string, says: string) {
    super(`Secrets Manager ${action}: ${kind}: ${says}`);
    this.name = 'SecretsError';
    this.kind = kind;
  }
}

/** The calls of Secrets Manager that a rotated secret needs. The region stands in the secret's ARN; beside a name it has to be given. */
export class SecretsManager {
  readonly #call: AwsCall;
  readonly #secret: string;
  readonly #region: string;
  readonly #domain: string;

  constructor(call: AwsCall, secret: string, regionOfNames = '') {
    this.#call = call;
    this.#secret = secret;
    const [, inArn] = /^arn:[a-z-]+:secretsmanager:([a-z0-9-]+):\d*:secret:/.exec(secret) ?? [];
    const region = inArn ?? (secret.startsWith('arn:') ? '' : regionOfNames);
    if (region === '')
      throw new Error(`"${secret}" is no ARN of a secret: write arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME`);
    this.#region = region;
    this.#domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  }

  /** Null where no version has this label. */
  async read(stage: SecretStage, versionId?: string): Promise<SecretVersion | null> {
    try {
      const found = await this.#send('GetSecretValue', {
        VersionStage: stage,
        ...(versionId !== undefined && { VersionId: versionId }),
      });
      return {
        value: textOf(found['SecretString']),
        versionId: textOf(found['VersionId']),
        created: Number(found['CreatedDate'] ?? 0),
      };
    } catch (thrown) {
      if (thrown instanceof SecretsError && thrown.kind === 'ResourceNotFoundException') return null;
      throw thrown;
    }
  }

  /** Version to its labels. */
  async versions(): Promise<Readonly<Record<string, readonly string[]>>> {
    const { VersionIdsToStages } = await this.#send('DescribeSecret', {});
    return (VersionIdsToStages ?? {}) as Record<string, string[]>;
  }

  async putPending(versionId: string, value: string): Promise<void> {
    await this.#send('PutSecretValue', {
      ClientRequestToken: versionId,
      SecretString: value,
      VersionStages: ['AWSPENDING'],
    });
  }

  async makeCurrent(versionId: string, instead: string): Promise<void> {
    await this.#send('UpdateSecretVersionStage', {
      VersionStage: 'AWSCURRENT',
      MoveToVersionId: versionId,
      RemoveFromVersionId: instead,
    });
  }

  async #send(action: string, input: object): Promise<Record<string, unknown>> {
    const { status, text } = await this.#call({
      service: 'secretsmanager',
      region: this.#region,
      host: `secretsmanager.${this.#region}.${this.#domain}`,
      method: 'POST',
      target: '/',
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `secretsmanager.${action}` },
      body: JSON.stringify({ SecretId: this.#secret, ...input }),
    });
    let answer: Record<string, unknown> = {};
    try {
      answer = JSON.parse(text) as Record<string, unknown>;
    } catch {
      // Said below by its status; the text may be anything, so it is not repeated.
    }
    if (status === 200) return answer;
    const kind = (textOf(answer['__type']) || String(status)).replace(/^.*#/, '');
    throw new SecretsError(action, kind, textOf(answer['message']) || textOf(answer['Message']) || 'no message');
  }
}
