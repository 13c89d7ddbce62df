import type { S3Client } from '@aws-sdk/client-s3';
import type { DocumentSource, LoadedText } from '../../ports/documents.ts';
import { agesOf, clientAt, polled, type AwsPlace, type PlaceAges } from './place.ts';

export interface S3SourceOptions extends AwsPlace, PlaceAges {
  readonly bucket: string;
  readonly key: string;
}

type Sdk = typeof import('@aws-sdk/client-s3');

/** Loaded at first use; to be destroyed by who asked. */
export async function s3Client(place: AwsPlace): Promise<{ readonly sdk: Sdk; readonly client: S3Client }> {
  const sdk = await import('@aws-sdk/client-s3');
  return { sdk, client: new sdk.S3Client({ ...clientAt(place), forcePathStyle: place.endpoint !== undefined }) };
}

/** The text of one object; its ETag is the version. */
export async function readObject(bucket: string, key: string, place: AwsPlace): Promise<LoadedText> {
  const { sdk, client } = await s3Client(place);
  try {
    const found = await client.send(new sdk.GetObjectCommand({ Bucket: bucket, Key: key }));
    return { text: (await found.Body?.transformToString()) ?? '', version: `s3:${key}:${found.ETag ?? ''}` };
  } finally {
    client.destroy();
  }
}

/** Gives the version's name in a bucket that keeps versions, null in one that keeps none. */
export async function writeObject(bucket: string, key: string, text: string, place: AwsPlace): Promise<string | null> {
  const { sdk, client } = await s3Client(place);
  try {
    const put = new sdk.PutObjectCommand({ Bucket: bucket, Key: key, Body: text, ContentType: 'application/json' });
    return (await client.send(put)).VersionId ?? null;
  } finally {
    client.destroy();
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
