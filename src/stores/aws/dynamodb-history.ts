import type { MapHistory } from '../../ports/map-history.ts';
import type { DynamoSourceOptions } from './dynamodb-document.ts';
import { mapVersion, unknownVersion } from './map-version.ts';
import { AwsTable } from './table.ts';

/** Most versions that are listed. */
const mostListed = 1000;

/** Versions as items `v#…` beside the one named `current`, which points at the one in force. */
export function dynamoHistory(options: DynamoSourceOptions): MapHistory {
  const pk = `rules#${options.name}`;
  async function asking<Answer>(work: (table: AwsTable) => Promise<Answer>): Promise<Answer> {
    const table = new AwsTable(options);
    try {
      return await work(table);
    } finally {
      await table.close();
    }
  }
  const point = (table: AwsTable, id: string): Promise<unknown> =>
    table.update(pk, 'current', {
      UpdateExpression: 'SET #version = :id REMOVE #text',
      ExpressionAttributeNames: { '#version': 'version', '#text': 'text' },
      ExpressionAttributeValues: { ':id': { S: id } },
    });
  const read = async (table: AwsTable, id: string): Promise<string> => {
    const text = id.startsWith('v#') ? (await table.get(pk, id))?.['text']?.S : undefined;
    if (text === undefined) throw unknownVersion(id);
    return text;
  };
  return {
    list: () =>
      asking(async (table) => {
        const current = (await table.get(pk, 'current'))?.['version']?.S;
        const found = await table.list(pk, 'v#', mostListed);
        return found
          .map((item) => {
            const id = item['sk']?.S ?? '';
            return { id, at: item['at']?.N === undefined ? null : Number(item['at'].N), inForce: id === current };
          })
          .toSorted((a, b) => (b.at ?? 0) - (a.at ?? 0));
      }),
    read: (id) => asking((table) => read(table, id)),
    publish: (text) =>
      asking(async (table) => {
        const id = `v#${mapVersion(text)}`;
        await table.update(pk, id, {
          UpdateExpression: 'SET #text = :text, #at = :at',
          ExpressionAttributeNames: { '#text': 'text', '#at': 'at' },
          ExpressionAttributeValues: { ':text': { S: text }, ':at': { N: String(Date.now()) } },
        });
        await point(table, id);
        return id;
      }),
    restore: (id) =>
      asking(async (table) => {
        await read(table, id);
        await point(table, id);
        return id;
      }),
  };
}
