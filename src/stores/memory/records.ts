import type { PutWhen, RecordStore, Versioned } from '../../ports/records.ts';

/** Records in this process; gone with it. Values are copied in and out, as any other store would. */
export class MemoryRecords implements RecordStore {
  readonly #kinds = new Map<string, Map<string, { readonly text: string; readonly version: string }>>();
  #writes = 0;

  get<T>(kind: string, id: string): Versioned<T> | null {
    const found = this.#kinds.get(kind)?.get(id);
    return found ? { id, value: JSON.parse(found.text) as T, version: found.version } : null;
  }

  put<T>(kind: string, id: string, value: T, when: PutWhen): Versioned<T> | null {
    let records = this.#kinds.get(kind);
    if (!records) this.#kinds.set(kind, (records = new Map()));
    const there = records.get(id);
    if (when === 'new' ? there !== undefined : when !== 'any' && there?.version !== when.version) return null;
    const version = String(++this.#writes);
    records.set(id, { text: JSON.stringify(value), version });
    return { id, value, version };
  }

  remove(kind: string, id: string): boolean {
    return this.#kinds.get(kind)?.delete(id) ?? false;
  }

  list<T>(kind: string, options: { readonly after?: string; readonly limit?: number } = {}): readonly Versioned<T>[] {
    const { after = '', limit = Number.POSITIVE_INFINITY } = options;
    const ids = [...(this.#kinds.get(kind)?.keys() ?? [])].filter((id) => id > after).sort();
    return ids.slice(0, limit).map((id) => this.get<T>(kind, id) as Versioned<T>);
  }

  async close(): Promise<void> {
    this.#kinds.clear();
  }
}
