import type { AttributeValue, DynamoDBClient, UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import { clientAt, type AwsPlace } from './place.ts';

export interface TableOptions extends AwsPlace {
  /** A table with the string keys `pk` and `sk`; `expires` may be its time-to-live attribute. */
  readonly table: string;
}

type Sdk = typeof import('@aws-sdk/client-dynamodb');
export type Item = Record<string, AttributeValue>;

/** One DynamoDB table, its client made at first use. Conditions and single updates only, which every emulator has too. */
export class AwsTable {
  readonly #options: TableOptions;
  #opened: Promise<{ readonly sdk: Sdk; readonly client: DynamoDBClient }> | null = null;

  constructor(options: TableOptions) {
    this.#options = options;
  }

  #open(): Promise<{ readonly sdk: Sdk; readonly client: DynamoDBClient }> {
    this.#opened ??= import('@aws-sdk/client-dynamodb').then((sdk) => {
      return { sdk, client: new sdk.DynamoDBClient(clientAt(this.#options)) };
    });
    return this.#opened;
  }

  async get(pk: string, sk: string): Promise<Item | null> {
    const { sdk, client } = await this.#open();
    const { Item: found } = await client.send(
      new sdk.GetItemCommand({ TableName: this.#options.table, Key: key(pk, sk), ConsistentRead: true }),
    );
    return found ?? null;
  }

  /** The item after the update; null when its condition did not hold. */
  async update(
    pk: string,
    sk: string,
    change: Omit<UpdateItemCommandInput, 'TableName' | 'Key'>,
  ): Promise<Item | null> {
    const { sdk, client } = await this.#open();
    try {
      const { Attributes } = await client.send(
        new sdk.UpdateItemCommand({
          TableName: this.#options.table,
          Key: key(pk, sk),
          ReturnValues: 'ALL_NEW',
          ...change,
        }),
      );
      return Attributes ?? {};
    } catch (thrown) {
      if (thrown instanceof sdk.ConditionalCheckFailedException) return null;
      throw thrown;
    }
  }

  async remove(pk: string, sk: string): Promise<boolean> {
    const { sdk, client } = await this.#open();
    const { Attributes } = await client.send(
      new sdk.DeleteItemCommand({ TableName: this.#options.table, Key: key(pk, sk), ReturnValues: 'ALL_OLD' }),
    );
    return Attributes !== undefined;
  }

  async list(pk: string, after: string | undefined, limit: number): Promise<readonly Item[]> {
    const { sdk, client } = await this.#open();
    const found: Item[] = [];
    let from: Item | undefined;
    do {
      const page = await client.send(
        new sdk.QueryCommand({
          TableName: this.#options.table,
          KeyConditionExpression: after === undefined ? 'pk = :pk' : 'pk = :pk AND sk > :after',
          ExpressionAttributeValues: { ':pk': { S: pk }, ...(after !== undefined && { ':after': { S: after } }) },
          Limit: limit - found.length,
          ConsistentRead: true,
          ...(from && { ExclusiveStartKey: from }),
        }),
      );
      found.push(...(page.Items ?? []));
      from = page.LastEvaluatedKey;
    } while (from !== undefined && found.length < limit);
    return found;
  }

  async healthy(): Promise<boolean> {
    return this.get('health', 'health').then(
      () => true,
      () => false,
    );
  }

  async close(): Promise<void> {
    if (this.#opened) (await this.#opened).client.destroy();
  }
}

const key = (pk: string, sk: string): Item => ({ pk: { S: pk }, sk: { S: sk } });
