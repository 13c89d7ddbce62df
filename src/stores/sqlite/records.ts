import type { PutWhen, RecordStore, Versioned } from '../../ports/records.ts';
import type { Sql } from './database.ts';

interface Row {
  readonly id: string;
  readonly version: number;
  readonly value: string;
}

const read = <T>(row: Row): Versioned<T> => ({
  id: row.id,
  value: JSON.parse(row.value) as T,
  version: String(row.version),
});

/** Records in the file. A write that was acknowledged is on the disk. */
export class SqliteRecords implements RecordStore {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  get<T>(kind: string, id: string): Versioned<T> | null {
    const row = this.#sql.get<Row>('SELECT id, version, value FROM records WHERE kind = ? AND id = ?', kind, id);
    return row ? read(row) : null;
  }

  put<T>(kind: string, id: string, value: T, when: PutWhen): Versioned<T> | null {
    const text = JSON.stringify(value);
    const changed =
      when === 'new'
        ? this.#sql.run('INSERT INTO records VALUES (?, ?, 1, ?) ON CONFLICT DO NOTHING', kind, id, text)
        : when === 'any'
          ? this.#sql.run(
              'INSERT INTO records VALUES (?, ?, 1, ?) ON CONFLICT DO UPDATE SET version = version + 1, value = excluded.value',
              kind,
              id,
              text,
            )
          : this.#sql.run(
              'UPDATE records SET version = version + 1, value = ? WHERE kind = ? AND id = ? AND version = ?',
              text,
              kind,
              id,
              Number(when.version),
            );
    return changed === 0 ? null : this.get<T>(kind, id);
  }

  remove(kind: string, id: string): boolean {
    return this.#sql.run('DELETE FROM records WHERE kind = ? AND id = ?', kind, id) > 0;
  }

  list<T>(kind: string, options: { readonly after?: string; readonly limit?: number } = {}): readonly Versioned<T>[] {
    const { after = '', limit = -1 } = options;
    return this.#sql
      .all<Row>(
        'SELECT id, version, value FROM records WHERE kind = ? AND id > ? ORDER BY id LIMIT ?',
        kind,
        after,
        limit,
      )
      .map((row) => read<T>(row));
  }

  async close(): Promise<void> {}
}
