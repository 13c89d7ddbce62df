import type { DocumentSource, LoadedText } from '../../ports/documents.ts';
import { agesOf, clientAt, polled, type AwsPlace, type PlaceAges } from './place.ts';

export interface S3SourceOptions extends AwsPlace, PlaceAges {
  readonly bucket: string;
  readonly key: string;
}

/** The text of one object; its ETag is the version. */
export async function readObject(bucket: string, key: string, place: AwsPlace): Promise<LoadedText> {
  const { S3Client, GetObjectCommand } = await import('@aws-sdk/client-s3');
  const s3 = new S3Client({ ...clientAt(place), forcePathStyle: place.endpoint !== undefined });
  try {
    const found = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return { text: (await found.Body?.transformToString()) ?? '', version: `s3:${key}:${found.ETag ?? ''}` };
  } finally {
    s3.destroy();
  }
}

/** A rule map in an object of S3. */
export function s3Document({ bucket, key, ...place }: S3SourceOptions): DocumentSource {
  const ages = agesOf(place);
  return {
    name: `s3://${bucket}/${key}`,
    ages,
    load: () => readObject(bucket, key, place),
    watch: polled(ages.everyMs),
  };
}
