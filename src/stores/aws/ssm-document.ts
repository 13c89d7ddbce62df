import type { DocumentSource, LoadedText } from '../../ports/documents.ts';
import { clientAt, EVERY_MS, polled, type AwsPlace } from './place.ts';
import { readObject } from './s3-document.ts';

export interface SsmSourceOptions extends AwsPlace {
  /** Name of the parameter: a rule map as text, or `s3://bucket/key` of one, which makes a swap one small write. */
  readonly parameter: string;
  readonly everyMs?: number | undefined;
}

/** A rule map in SSM, or in S3 with SSM pointing at the version in force. Clients are loaded at first use. */
export function ssmDocument({ parameter, everyMs = EVERY_MS, ...place }: SsmSourceOptions): DocumentSource {
  const load = async (): Promise<LoadedText> => {
    const { SSMClient, GetParameterCommand } = await import('@aws-sdk/client-ssm');
    const ssm = new SSMClient(clientAt(place));
    const { Parameter } = await ssm
      .send(new GetParameterCommand({ Name: parameter, WithDecryption: true }))
      .finally(() => ssm.destroy());
    const text = Parameter?.Value ?? '';
    const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(text) ?? [];
    if (bucket !== undefined && key !== undefined) return readObject(bucket, key, place);
    return { text, version: `ssm:${Parameter?.Version ?? 0}` };
  };
  return { name: `SSM parameter ${parameter}`, load, watch: polled(everyMs) };
}
