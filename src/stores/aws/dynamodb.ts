import type { Clock } from '../../base/clock.ts';
import { Fault } from '../../base/fault.ts';
import type { BucketLimit, BucketStore, Taken } from '../../ports/buckets.ts';
import type { CounterStore } from '../../ports/counters.ts';
import type { PutWhen, RecordStore, Versioned } from '../../ports/records.ts';
import { takeToken } from '../bucket.ts';
import type { AwsTable, Item } from './table.ts';

const seconds = (ms: number): string => String(Math.ceil(ms / 1000));
/** DynamoDB takes no empty text as a key. */
const part = (text: string): string => `=${text}`;

/** Counters: one update each, which adds and answers in one trip. A period is a sort key, so a new one begins at nothing. */
export class DynamoCounters implements CounterStore {
  readonly #table: AwsTable;

  constructor(table: AwsTable) {
    this.#table = table;
  }

  async add(key: string, by: number, period: string, expiresAt: number): Promise<number> {
    const item = await this.#table.update(`counter#${key}`, part(period), {
      UpdateExpression: 'ADD amount :by SET expires = :expires',
      ExpressionAttributeValues: { ':by': { N: String(by) }, ':expires': { N: seconds(expiresAt) } },
    });
    return Number(item?.['amount']?.N ?? 0);
  }

  async read(key: string, period: string): Promise<number> {
    return Number((await this.#table.get(`counter#${key}`, part(period)))?.['amount']?.N ?? 0);
  }

  async reset(key: string, period: string, to: number): Promise<void> {
    await this.#table.update(`counter#${key}`, part(period), {
      UpdateExpression: 'SET amount = :to',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeValues: { ':to': { N: String(to) } },
    });
  }

  async close(): Promise<void> {}
}

/** Records: the version is a number that each write moves on, and a condition on it is how nobody writes over somebody. */
export class DynamoRecords implements RecordStore {
  readonly #table: AwsTable;

  constructor(table: AwsTable) {
    this.#table = table;
  }

  async get<T>(kind: string, id: string): Promise<Versioned<T> | null> {
    const item = await this.#table.get(`record#${kind}`, part(id));
    return item && read<T>(item);
  }

  async put<T>(kind: string, id: string, value: T, when: PutWhen): Promise<Versioned<T> | null> {
    const condition =
      when === 'any' ? {} : { ConditionExpression: when === 'new' ? 'attribute_not_exists(pk)' : 'version = :wanted' };
    // A version that is no number of ours can be nobody's: the condition cannot hold.
    if (typeof when === 'object' && !/^\d+$/.test(when.version)) return null;
    const item = await this.#table.update(`record#${kind}`, part(id), {
      UpdateExpression: 'SET content = :content ADD version :one',
      ExpressionAttributeValues: {
        ':content': { S: JSON.stringify(value) },
        ':one': { N: '1' },
        ...(typeof when === 'object' && { ':wanted': { N: when.version } }),
      },
      ...condition,
    });
    return item && read<T>(item);
  }

  remove(kind: string, id: string): Promise<boolean> {
    return this.#table.remove(`record#${kind}`, part(id));
  }

  async list<T>(
    kind: string,
    options: { readonly after?: string; readonly limit?: number } = {},
  ): Promise<readonly Versioned<T>[]> {
    const items = await this.#table.list(
      `record#${kind}`,
      options.after === undefined ? undefined : part(options.after),
      options.limit ?? 1000,
    );
    return items.map((item) => read<T>(item));
  }

  async close(): Promise<void> {}
}

const read = <T>(item: Item): Versioned<T> => ({
  id: (item['sk']?.S ?? '=').slice(1),
  value: JSON.parse(item['content']?.S ?? 'null') as T,
  version: item['version']?.N ?? '0',
});

/** How often a bucket is tried when others take from it at the same moment. */
const attempts = 8;

/** Until a bucket is full again and may be forgotten; a day at most. */
const refillMs = ({ rate, burst }: BucketLimit): number =>
  rate > 0 ? Math.min((burst / rate) * 1000, 86_400_000) : 86_400_000;

/** Token buckets: read, reckon, write back if nobody was faster. */
export class DynamoBuckets implements BucketStore {
  readonly #table: AwsTable;
  readonly #clock: Clock;
  /** One after the other within a process, so that a container does not race with itself. */
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(table: AwsTable, clock: Clock) {
    this.#table = table;
    this.#clock = clock;
  }

  take(key: string, limit: BucketLimit): Promise<Taken> {
    const before = this.#turns.get(key) ?? Promise.resolve();
    const turn = before.then(
      () => this.#take(key, limit),
      () => this.#take(key, limit),
    );
    this.#turns.set(key, turn);
    const done = (): void => {
      if (this.#turns.get(key) === turn) this.#turns.delete(key);
    };
    turn.then(done, done);
    return turn;
  }

  async #take(key: string, limit: BucketLimit): Promise<Taken> {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const now = this.#clock.now();
      const item = await this.#table.get(`bucket#${key}`, 'bucket');
      const bucket = { tokens: Number(item?.['tokens']?.N ?? limit.burst), at: Number(item?.['at']?.N ?? now) };
      const taken = takeToken(bucket, limit, now);
      const written = await this.#table.update(`bucket#${key}`, 'bucket', {
        UpdateExpression: 'SET tokens = :tokens, #at = :at, expires = :expires ADD version :one',
        ConditionExpression: item ? 'version = :seen' : 'attribute_not_exists(pk)',
        ExpressionAttributeNames: { '#at': 'at' },
        ExpressionAttributeValues: {
          ':tokens': { N: String(bucket.tokens) },
          ':at': { N: String(bucket.at) },
          ':one': { N: '1' },
          ':expires': { N: seconds(now + refillMs(limit) + 60_000) },
          ...(item && { ':seen': { N: item['version']?.N ?? '0' } }),
        },
      });
      if (written) return taken;
    }
    throw new Fault(
      'stores.dynamodb.busy',
      'store',
      `the bucket ${key} was taken from by others ${attempts} times in a row`,
      { status: 503 },
    );
  }

  async close(): Promise<void> {}
}
