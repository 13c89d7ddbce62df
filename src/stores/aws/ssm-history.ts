import type { ParameterHistory, SSMClient } from '@aws-sdk/client-ssm';
import type { MapHistory } from '../../ports/map-history.ts';
import { mostParameterCharacters, pointedKey, unknownVersion } from './map-version.ts';
import { clientAt } from './place.ts';
import { readObject, writeObject } from './s3-document.ts';
import { pointedAt, type SsmSourceOptions } from './ssm-document.ts';

type Sdk = typeof import('@aws-sdk/client-ssm');

/** A parameter's own history, of a hundred versions; each holds the map, or points at the object that does. */
export function ssmHistory({ parameter, bucket, ...place }: SsmSourceOptions): MapHistory {
  async function asking<Answer>(work: (ssm: SSMClient, sdk: Sdk) => Promise<Answer>): Promise<Answer> {
    const sdk = await import('@aws-sdk/client-ssm');
    const ssm = new sdk.SSMClient(clientAt(place));
    return work(ssm, sdk).finally(() => ssm.destroy());
  }
  const versions = (): Promise<ParameterHistory[]> =>
    asking(async (ssm, { GetParameterHistoryCommand, ParameterNotFound }) => {
      const found: ParameterHistory[] = [];
      let next: string | undefined;
      try {
        do {
          const page = await ssm.send(
            new GetParameterHistoryCommand({ Name: parameter, WithDecryption: true, ...(next && { NextToken: next }) }),
          );
          found.push(...(page.Parameters ?? []));
          next = page.NextToken;
        } while (next);
      } catch (thrown) {
        if (thrown instanceof ParameterNotFound) return [];
        throw thrown;
      }
      return found.toSorted((a, b) => (b.Version ?? 0) - (a.Version ?? 0));
    });
  const put = async (value: string): Promise<string> => {
    const exists = (await versions()).length > 0;
    // A parameter that is there keeps its type: it may be encrypted.
    const type = exists ? { Overwrite: true } : { Type: 'String' as const };
    const { Version } = await asking((ssm, { PutParameterCommand }) =>
      ssm.send(new PutParameterCommand({ Name: parameter, Value: value, ...type })),
    );
    return String(Version ?? '');
  };
  const valueOf = async (id: string): Promise<string> => {
    const found = (await versions()).find((each) => String(each.Version) === id)?.Value;
    if (found === undefined) throw unknownVersion(id);
    return found;
  };
  return {
    list: async () =>
      (await versions()).map(({ Version, LastModifiedDate }, at) => ({
        id: String(Version),
        at: LastModifiedDate?.getTime() ?? null,
        inForce: at === 0,
      })),
    async read(id) {
      const value = await valueOf(id);
      const pointed = pointedAt(value);
      return pointed ? (await readObject(pointed.bucket, pointed.key, place)).text : value;
    },
    async publish(text) {
      if (bucket === undefined) {
        if (text.length > mostParameterCharacters)
          throw new Error(
            `the map has ${text.length} characters, and a parameter holds ${mostParameterCharacters}: give \`rules.from.with.bucket\`, into which it then points`,
          );
        return put(text);
      }
      const key = pointedKey(parameter, text);
      await writeObject(bucket, key, text, place);
      return put(`s3://${bucket}/${key}`);
    },
    restore: async (id) => put(await valueOf(id)),
  };
}
