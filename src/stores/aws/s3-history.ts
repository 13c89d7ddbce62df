import type { S3Client } from '@aws-sdk/client-s3';
import type { MapHistory } from '../../ports/map-history.ts';
import { unknownVersion } from './map-version.ts';
import { s3Client, writeObject, type S3SourceOptions } from './s3-document.ts';

type Sdk = typeof import('@aws-sdk/client-s3');

/** The versions that a bucket keeps of one object; a bucket that keeps none has the one in force, named `null`. */
export function s3History({ bucket, key, ...place }: S3SourceOptions): MapHistory {
  async function asking<Answer>(work: (s3: S3Client, sdk: Sdk) => Promise<Answer>): Promise<Answer> {
    const { sdk, client } = await s3Client(place);
    return work(client, sdk).finally(() => client.destroy());
  }
  const read = (id: string): Promise<string> =>
    asking(async (s3, { GetObjectCommand, S3ServiceException }) => {
      try {
        const found = await s3.send(
          new GetObjectCommand({ Bucket: bucket, Key: key, ...(id !== 'null' && { VersionId: id }) }),
        );
        return (await found.Body?.transformToString()) ?? '';
      } catch (thrown) {
        // A name that S3 never gave is an "invalid argument" to it.
        if (thrown instanceof S3ServiceException && /^(NoSuch|InvalidArgument)/.test(thrown.name))
          throw unknownVersion(id);
        throw thrown;
      }
    });
  const publish = async (text: string): Promise<string> => (await writeObject(bucket, key, text, place)) ?? 'null';
  return {
    list: () =>
      asking(async (s3, { ListObjectVersionsCommand }) => {
        const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: key }));
        return Versions.filter((each) => each.Key === key).map(({ VersionId, LastModified, IsLatest }) => ({
          id: VersionId ?? 'null',
          at: LastModified?.getTime() ?? null,
          inForce: IsLatest === true,
        }));
      }),
    read,
    publish,
    restore: async (id) => publish(await read(id)),
  };
}
