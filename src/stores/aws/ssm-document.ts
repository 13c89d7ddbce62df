import type { DocumentSource, LoadedText } from '../../ports/documents.ts';
import { agesOf, clientAt, polled, type AwsPlace, type PlaceAges } from './place.ts';
import { readObject } from './s3-document.ts';

export interface SsmSourceOptions extends AwsPlace, PlaceAges {
  /** Name of the parameter: a rule map as text, or `s3://bucket/key` of one, which makes a swap one small write. */
  readonly parameter: string;
  /** The one bucket that the parameter may point into; any when left out. */
  readonly bucket?: string | undefined;
}

/** Where a parameter points that holds no map itself. */
export function pointedAt(value: string): { readonly bucket: string; readonly key: string } | null {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(value) ?? [];
  return bucket !== undefined && key !== undefined ? { bucket, key } : null;
}

/** A rule map in SSM, or in S3 with SSM pointing at the version in force. Clients are loaded at first use. */
export function ssmDocument({ parameter, bucket: only, ...place }: SsmSourceOptions): DocumentSource {
  const ages = agesOf(place);
  const load = async (): Promise<LoadedText> => {
    const { SSMClient, GetParameterCommand } = await import('@aws-sdk/client-ssm');
    const ssm = new SSMClient(clientAt(place));
    const { Parameter } = await ssm
      .send(new GetParameterCommand({ Name: parameter, WithDecryption: true }))
      .finally(() => ssm.destroy());
    const text = Parameter?.Value ?? '';
    const pointed = pointedAt(text);
    if (pointed) {
      const { bucket, key } = pointed;
      if (only !== undefined && bucket !== only)
        throw new Error(`the parameter ${parameter} points into the bucket ${bucket}, and only ${only} is taken`);
      return readObject(bucket, key, place);
    }
    return { text, version: `ssm:${Parameter?.Version ?? 0}` };
  };
  return { name: `SSM parameter ${parameter}`, ages, load, watch: polled(ages.everyMs) };
}
