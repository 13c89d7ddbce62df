import { concat } from '../base/bytes.ts';
import { isStrongTag } from '../http/etag.ts';
import { HeaderList } from '../http/headers.ts';
import type { ContentRange } from '../http/range.ts';
import type { ObjectMeta, ObjectStore, ObjectWriter, StoredObject } from '../ports/objects.ts';
import { entryOf, type Entry, type EntryHead } from './entry.ts';
import type { CachePolicy } from './policy.ts';

/** Parts larger than this are kept as they are and not joined with others: joining holds them in memory. */
const JOIN_BYTES = 16 * 1_048_576;

/**
 * Keeps a part, joined with the stored parts that touch it where all bear one strong tag (RFC 9111 section 3.4). What
 * has become whole is kept as a whole. A part that is not as long as its range says is not kept.
 */
export function partWriter(
  store: ObjectStore,
  meta: ObjectMeta,
  part: ContentRange,
  objects: readonly StoredObject[],
  policy: CachePolicy,
): ObjectWriter {
  const chunks: Uint8Array[] = [];
  let size = 0;
  let broken = part.to - part.from + 1 > policy.objectBytes;
  return {
    write(chunk) {
      if (broken) return;
      size += chunk.length;
      chunks.push(chunk);
    },
    commit(wanted) {
      if (broken || size !== part.to - part.from + 1) return false;
      const touching = size > JOIN_BYTES ? [] : objects.map(entryOf).filter((entry) => joins(entry, meta));
      return keep(store, meta, part, concat(chunks), touching, wanted);
    },
    abandon() {
      broken = true;
      chunks.length = 0;
    },
  };
}

/** Is it a part of the very same representation? */
function joins(entry: Entry, meta: ObjectMeta): boolean {
  const head = meta.head as EntryHead;
  const tag = HeaderList.fromFlat(head.flat).get('etag');
  return (
    entry.head.part !== null &&
    tag !== undefined &&
    isStrongTag(tag) &&
    tag === entry.etag &&
    entry.head.part.size === head.part?.size &&
    JSON.stringify(entry.head.vary) === JSON.stringify(head.vary) &&
    entry.object.size <= JOIN_BYTES
  );
}

async function keep(
  store: ObjectStore,
  meta: ObjectMeta,
  part: ContentRange,
  bytes: Uint8Array,
  others: readonly Entry[],
  wanted: () => boolean,
): Promise<boolean> {
  let [from, to] = [part.from, part.to];
  let joined = bytes;
  const used: StoredObject[] = [];
  let grew = true;
  while (grew) {
    grew = false;
    for (const entry of others) {
      const own = entry.head.part as ContentRange;
      if (used.includes(entry.object) || own.to + 1 < from || own.from > to + 1) continue;
      const body = await store.read(entry.object, 0, entry.object.size);
      const stored = body && (await body.bytes());
      if (!stored || stored.length !== own.to - own.from + 1) continue;
      // The newer bytes stay; the older ones fill in on both sides.
      const before = stored.subarray(0, Math.max(0, from - own.from));
      const after = stored.subarray(Math.min(stored.length, Math.max(0, to + 1 - own.from)));
      joined = concat([before, joined, after]);
      from = Math.min(from, own.from);
      to = Math.max(to, own.to);
      used.push(entry.object);
      grew = true;
    }
  }
  const kept = await write(store, spanned(meta, { from, to, size: part.size }), joined, wanted);
  if (kept) for (const object of used) await store.remove(object);
  return kept;
}

/** The metadata for another span of the same representation; the whole of it becomes a 200. */
function spanned(meta: ObjectMeta, part: ContentRange): ObjectMeta {
  const head = meta.head as EntryHead;
  const whole = part.from === 0 && part.to + 1 === part.size;
  const flat = HeaderList.fromFlat(head.flat).without('content-range', 'content-length').flat;
  const vary = JSON.stringify(head.vary);
  return {
    ...meta,
    variant: whole ? vary : `${vary}${part.from}-${part.to}`,
    head: { ...head, status: whole ? 200 : head.status, flat, part: whole ? null : part },
  };
}

async function write(store: ObjectStore, meta: ObjectMeta, bytes: Uint8Array, wanted: () => boolean): Promise<boolean> {
  const writer = store.write(meta, bytes.length);
  if (!writer) return false;
  await writer.write(bytes);
  return writer.commit(wanted);
}
