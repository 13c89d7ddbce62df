import type { Redis } from 'ioredis';
import { Fault } from '../../base/fault.ts';
import { Body, type BodySink } from '../../http/body.ts';
import { CHUNK } from './chunk.ts';

const gone = (): Fault => new Fault('store.objects.gone', 'store', 'an object left the cache while it was being read');

/** Bytes `from` to `to` (not included) of a body in chunks; null when the first of them is not there. */
export async function readChunks(
  redis: Redis,
  name: (at: number) => string,
  from: number,
  to: number,
): Promise<Body | null> {
  const first = Math.floor(from / CHUNK);
  const start = await redis.getBuffer(name(first));
  if (start === null) return null;
  const own = start.subarray(from - first * CHUNK, to - first * CHUNK);
  if (own.length === to - from) return Body.of(own);
  return Body.from((sink) => flow(redis, name, first, own, to - from, sink), to - from);
}

function flow(
  redis: Redis,
  name: (at: number) => string,
  first: number,
  start: Buffer,
  length: number,
  sink: BodySink,
): ReturnType<Body['start']> {
  let next = first + 1;
  let left = length;
  let held = false;
  let over = false;
  let busy = false;
  let ready: Buffer | null = start;
  const go = async (): Promise<void> => {
    if (busy) return;
    busy = true;
    try {
      while (!held && !over && left > 0) {
        const bytes = ready ?? (await redis.getBuffer(name(next++)));
        ready = null;
        if (over) break;
        if (bytes === null || bytes.length === 0) throw gone();
        const own = bytes.subarray(0, left);
        left -= own.length;
        sink.data(own);
      }
      if (!over && left === 0) {
        over = true;
        sink.end();
      }
    } catch (thrown) {
      if (!over) {
        over = true;
        sink.fail(thrown);
      }
    } finally {
      busy = false;
    }
  };
  void go();
  return {
    pause() {
      held = true;
    },
    resume() {
      held = false;
      void go();
    },
    cancel() {
      over = true;
    },
  };
}
