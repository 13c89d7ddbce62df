import type { DocumentSource, LoadedText } from '../../ports/documents.ts';

export interface SsmSourceOptions {
  /** Name of the parameter: a rule map as text, or `s3://bucket/key` of one, which makes a swap one small write. */
  readonly parameter: string;
  readonly region?: string;
  readonly endpoint?: string;
  /** How long a container goes by what it read; 60 s when left out. */
  readonly everyMs?: number;
}

/** A rule map in SSM, or in S3 with SSM pointing at the version in force. Clients are loaded at first use. */
export function ssmDocument(options: SsmSourceOptions): DocumentSource {
  const { parameter, everyMs = 60_000 } = options;
  const where = {
    maxAttempts: 2,
    ...(options.region !== undefined && { region: options.region }),
    ...(options.endpoint !== undefined && { endpoint: options.endpoint }),
  };
  const load = async (): Promise<LoadedText> => {
    const { SSMClient, GetParameterCommand } = await import('@aws-sdk/client-ssm');
    const ssm = new SSMClient(where);
    const { Parameter } = await ssm
      .send(new GetParameterCommand({ Name: parameter, WithDecryption: true }))
      .finally(() => ssm.destroy());
    const text = Parameter?.Value ?? '';
    const pointed = /^s3:\/\/([^/]+)\/(.+)$/.exec(text);
    if (!pointed) return { text, version: `ssm:${Parameter?.Version ?? 0}` };
    const { S3Client, GetObjectCommand } = await import('@aws-sdk/client-s3');
    const s3 = new S3Client({ ...where, forcePathStyle: options.endpoint !== undefined });
    try {
      const found = await s3.send(new GetObjectCommand({ Bucket: pointed[1], Key: pointed[2] }));
      return { text: (await found.Body?.transformToString()) ?? '', version: `s3:${pointed[2]}:${found.ETag ?? ''}` };
    } finally {
      s3.destroy();
    }
  };
  return {
    name: `SSM parameter ${parameter}`,
    load,
    watch(changed) {
      const timer = setInterval(changed, everyMs);
      timer.unref();
      return () => clearInterval(timer);
    },
  };
}
