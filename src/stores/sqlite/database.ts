import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync as DatabaseSyncClass } from '@photostructure/sqlite';
import { Fault, messageOf } from '../../base/fault.ts';

export type Value = string | number | null;

/** The few things we ask of an embedded database; the driver behind it is Node's own, or on Node 20 one with the same interface. */
export interface Sql {
  run(sql: string, ...values: Value[]): number;
  get<Row>(sql: string, ...values: Value[]): Row | undefined;
  all<Row>(sql: string, ...values: Value[]): Row[];
  /** All or nothing. */
  transaction(work: () => void): void;
  close(): void;
}

const SQLITE_BUSY = 5;

const schema = `
  CREATE TABLE IF NOT EXISTS records (
    kind TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, value TEXT NOT NULL, PRIMARY KEY (kind, id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS buckets (key TEXT PRIMARY KEY, tokens REAL NOT NULL, at REAL NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS counters (
    key TEXT NOT NULL, period TEXT NOT NULL, sum REAL NOT NULL, expires_at REAL NOT NULL, PRIMARY KEY (key, period)
  ) STRICT, WITHOUT ROWID;`;

/** Node's own module and the fallback have one interface; the fallback's types are the ones there are on Node 20. */
type Database = InstanceType<typeof DatabaseSyncClass>;
type Driver = { readonly DatabaseSync: typeof DatabaseSyncClass };

async function driver(): Promise<Driver> {
  const own = 'node:sqlite';
  try {
    return (await import(own)) as Driver;
  } catch {
    try {
      return await import('@photostructure/sqlite');
    } catch (thrown) {
      throw new Fault(
        'store.sqlite.driver',
        'config',
        'no SQLite here: use Node 22.13 or later, or install @photostructure/sqlite; or write store: { use: "memory" }',
        {
          cause: thrown,
        },
      );
    }
  }
}

/**
 * Opens the file, making it and its folder if need be. Several processes may open the same file. `durable` says what an
 * acknowledged write survives: `disk`, everything, for an fsync each; `process`, a crash of ours but not of the machine.
 */
export async function openDatabase(path: string, durable: 'disk' | 'process' = 'disk'): Promise<Sql> {
  const { DatabaseSync } = await driver();
  let database: Database;
  try {
    if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
    database = new DatabaseSync(path, { timeout: 5000 });
    // The first open of a new file is a race that the busy timeout does not cover: changing the journal's mode fails at once.
    patiently(() =>
      database.exec(
        `PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = ${durable === 'disk' ? 'FULL' : 'NORMAL'};`,
      ),
    );
    patiently(() => database.exec(schema));
  } catch (thrown) {
    throw new Fault(
      'store.sqlite.open',
      'store',
      `cannot open ${path}: ${messageOf(thrown)}; name a file that may be written as store.with.path, or write store: { use: "memory" }`,
      { cause: thrown },
    );
  }
  const statements = new Map<string, ReturnType<Database['prepare']>>();
  const prepared = (sql: string): ReturnType<Database['prepare']> => {
    let statement = statements.get(sql);
    if (!statement) statements.set(sql, (statement = database.prepare(sql)));
    return statement;
  };
  const guarded = <T>(work: () => T): T => {
    try {
      return work();
    } catch (thrown) {
      throw new Fault('store.sqlite', 'store', messageOf(thrown), { cause: thrown });
    }
  };
  return {
    run: (sql, ...values) => guarded(() => prepared(sql).run(...values).changes),
    get: <Row>(sql: string, ...values: Value[]) => guarded(() => prepared(sql).get(...values) as Row | undefined),
    all: <Row>(sql: string, ...values: Value[]) => guarded(() => prepared(sql).all(...values) as Row[]),
    transaction(work) {
      guarded(() => {
        database.exec('BEGIN IMMEDIATE');
        try {
          work();
          database.exec('COMMIT');
        } catch (thrown) {
          try {
            database.exec('ROLLBACK');
          } catch {
            // A full disk or a closed file has rolled it back already; what went wrong first is what has to be told.
          }
          throw thrown;
        }
      });
    },
    close: () => database.close(),
  };
}

/** Tries again for five seconds while another process holds the file. */
function patiently(work: () => void): void {
  const until = performance.now() + 5000;
  for (;;) {
    try {
      return work();
    } catch (thrown) {
      const busy = (thrown as { errcode?: number }).errcode === SQLITE_BUSY || /locked|busy/i.test(messageOf(thrown));
      if (!busy || performance.now() > until) throw thrown;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}
