import { mkdir, open, readdir, readFile, rename, rm, stat, unlink, writeFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { Fault, messageOf } from '../../base/fault.ts';
import { randomText } from '../../base/id.ts';
import type { Body } from '../../http/body.ts';
import type { ObjectMeta, ObjectStore, ObjectWriter, Purge, StoredObject } from '../../ports/objects.ts';
import { IndexedObject, ObjectIndex } from '../object-index.ts';
import { prologue, readHead, seal } from './file.ts';
import { readBody } from './read.ts';

export interface DiskObjectsOptions {
  readonly clock: Clock;
  readonly folder: string;
  readonly bytes: number;
  /** Something on the disk could not be removed or was not ours. */
  readonly warn: (says: string) => void;
}

interface OnDisk {
  readonly path: string;
  /** Where the body begins in the file. */
  readonly offset: number;
}

const broken = (thrown: unknown): Fault =>
  new Fault('store.objects.disk', 'store', messageOf(thrown), { cause: thrown });

/**
 * Cache bodies in files, one per object; heads stand in memory and are read back at start. A file is written under
 * another name, flushed, and then renamed: whatever happens in between, no half object is ever found. A folder belongs
 * to one process.
 */
export class DiskObjects implements ObjectStore {
  readonly #clock: Clock;
  readonly #folder: string;
  readonly #most: number;
  readonly #warn: (says: string) => void;
  readonly #index: ObjectIndex<OnDisk>;
  /** Work on the disk that nobody waits for but `close`. */
  readonly #removals = new Set<Promise<void>>();
  /** Of these, the files on their way out. */
  readonly #erasing = new Set<Promise<void>>();
  /** How to give up each object that is being written. */
  readonly #unfinished = new Set<() => void>();

  private constructor(options: DiskObjectsOptions) {
    this.#clock = options.clock;
    this.#folder = options.folder;
    this.#most = options.bytes;
    this.#warn = options.warn;
    this.#index = new ObjectIndex(options.bytes, (object) => this.#erase(object.body.path));
  }

  /** Reads back what is there; what was half written is thrown away. */
  static async open(options: DiskObjectsOptions): Promise<DiskObjects> {
    const store = new DiskObjects(options);
    await rm(join(options.folder, 'tmp'), { recursive: true, force: true });
    await mkdir(join(options.folder, 'tmp'), { recursive: true });
    await store.#load();
    return store;
  }

  async #load(): Promise<void> {
    const found: { readonly object: IndexedObject<OnDisk>; readonly usedAt: number }[] = [];
    for (const name of await readdir(this.#folder)) {
      if (!/^[0-9a-z]{2}$/.test(name)) continue;
      for (const file of await readdir(join(this.#folder, name))) {
        if (file.endsWith('.head')) continue;
        const path = join(this.#folder, name, file);
        const opened = await readHead(path);
        if (!opened || opened.meta.keepUntil < this.#clock.now()) {
          this.#erase(path);
          continue;
        }
        const meta = (await this.#amended(path)) ?? opened.meta;
        const { mtimeMs } = await stat(path);
        found.push({
          object: new IndexedObject(meta, opened.size, file, { path, offset: opened.offset }),
          usedAt: mtimeMs,
        });
      }
    }
    found.sort((a, b) => a.usedAt - b.usedAt);
    for (const { object } of found) this.#index.put(object);
  }

  async #amended(path: string): Promise<ObjectMeta | null> {
    try {
      return JSON.parse(await readFile(`${path}.head`, 'utf8')) as ObjectMeta;
    } catch {
      return null;
    }
  }

  find(key: string): readonly StoredObject[] {
    return this.#index.find(key, this.#clock.now());
  }

  async read(object: StoredObject, from: number, to: number): Promise<Body | null> {
    const stored = object as IndexedObject<OnDisk>;
    this.#index.touch(stored);
    let file: FileHandle;
    try {
      file = await open(stored.body.path, 'r');
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') throw broken(thrown);
      this.#index.drop(stored, true);
      return null;
    }
    // From here on the bytes are ours: an open file outlives its name.
    return readBody(file, stored.body.offset + from, to - from);
  }

  write(meta: ObjectMeta, size: number | null): ObjectWriter | null {
    if (size !== null && size > this.#most / 2) return null;
    const id = randomText(26);
    const temporary = join(this.#folder, 'tmp', id);
    const start = prologue(meta);
    const opening = open(temporary, 'wx').then(async (file) => {
      await file.writeFile(start);
      return file;
    });
    opening.catch(() => {}); // told where it is awaited
    let length = 0;
    let state: 'open' | 'closed' = 'open';
    let last: Promise<unknown> = opening;
    const abandon = (): void => {
      if (state === 'closed') return;
      state = 'closed';
      this.#unfinished.delete(abandon);
      this.#track(last.catch(() => {}).then(() => discard(opening, temporary)));
    };
    const finish = async (wanted: () => boolean): Promise<boolean> => {
      try {
        await last;
        const file = await opening;
        await seal(file, length);
        await file.datasync();
        await file.close();
        const folder = join(this.#folder, id.slice(0, 2));
        await mkdir(folder, { recursive: true });
        await rename(temporary, join(folder, id));
        if (!wanted()) {
          this.#erase(join(folder, id));
          return false;
        }
        this.#index.put(new IndexedObject(meta, length, id, { path: join(folder, id), offset: start.length }));
        return true;
      } catch (thrown) {
        await discard(opening, temporary);
        throw broken(thrown);
      }
    };
    this.#unfinished.add(abandon);
    return {
      write: (chunk) => {
        if (state === 'closed') return;
        length += chunk.length;
        if (length > this.#most / 2) return abandon();
        last = last.then(async () => (await opening).writeFile(chunk));
        return last as Promise<void>;
      },
      commit: (wanted) => {
        if (state === 'closed') return false;
        state = 'closed';
        this.#unfinished.delete(abandon);
        const kept = finish(wanted);
        this.#track(
          kept.then(
            () => {},
            () => {},
          ),
        );
        return kept;
      },
      abandon,
    };
  }

  async amend(object: StoredObject, meta: ObjectMeta): Promise<StoredObject | null> {
    const stored = object as IndexedObject<OnDisk>;
    if (!stored.here) return null;
    const temporary = join(this.#folder, 'tmp', `${stored.id}.${randomText(8)}`);
    try {
      await writeFile(temporary, JSON.stringify(meta));
      await rename(temporary, `${stored.body.path}.head`);
    } catch (thrown) {
      throw broken(thrown);
    }
    if (!this.#index.drop(stored, true)) {
      this.#erase(stored.body.path);
      return null;
    }
    const next = new IndexedObject(meta, stored.size, stored.id, stored.body);
    this.#index.add(next);
    return next;
  }

  remove(object: StoredObject): boolean {
    return this.#index.drop(object as IndexedObject<OnDisk>);
  }

  /** Resolves when the files are gone: what was purged must not come back after a crash. */
  async purge(what: Purge): Promise<number> {
    const count = this.#index.purge(what);
    await Promise.all(this.#erasing);
    return count;
  }

  stats(): { readonly objects: number; readonly bytes: number } {
    return this.#index.stats;
  }

  #erase(path: string): void {
    const work = Promise.all(
      [path, `${path}.head`].map((name) =>
        unlink(name).catch((thrown: NodeJS.ErrnoException) => {
          if (thrown.code !== 'ENOENT') this.#warn(`${name} could not be removed: ${messageOf(thrown)}`);
        }),
      ),
    ).then(() => void this.#erasing.delete(work));
    this.#erasing.add(work);
    this.#track(work);
  }

  #track(work: Promise<void>): void {
    const kept = work.finally(() => this.#removals.delete(kept));
    this.#removals.add(kept);
  }

  /** Objects stay on the disk; those that are nearly there are let in. */
  async close(): Promise<void> {
    for (const abandon of this.#unfinished) abandon();
    while (this.#removals.size > 0) await Promise.all(this.#removals);
  }
}

async function discard(opening: Promise<FileHandle>, path: string): Promise<void> {
  const file = await opening.catch(() => null);
  await file?.close().catch(() => {});
  await rm(path, { force: true });
}
