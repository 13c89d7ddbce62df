import type { FileHandle } from 'node:fs/promises';
import { Fault, messageOf } from '../../base/fault.ts';
import { Body, type BodySink } from '../../http/body.ts';

/** Bodies up to this are read in one go. */
const AT_ONCE = 65_536;

const short = (): Fault => new Fault('store.objects.short', 'store', 'a file of the cache is shorter than it was');

/** Bytes of an open file as a body; the file is closed when they are read, or when nobody wants them. */
export async function readBody(file: FileHandle, offset: number, length: number): Promise<Body> {
  if (length > AT_ONCE) return Body.from((sink) => flow(file, offset, length, sink), length);
  try {
    const bytes = new Uint8Array(length);
    const { bytesRead } = await file.read(bytes, 0, length, offset);
    if (bytesRead !== length) throw short();
    return Body.of(bytes);
  } finally {
    await file.close();
  }
}

function flow(file: FileHandle, offset: number, length: number, sink: BodySink): ReturnType<Body['start']> {
  let at = 0;
  let held = false;
  let over = false;
  let reading = false;
  const close = (): void => {
    over = true;
    void file.close().catch(() => {});
  };
  const go = async (): Promise<void> => {
    if (reading) return;
    reading = true;
    try {
      while (!held && !over && at < length) {
        const bytes = new Uint8Array(Math.min(AT_ONCE, length - at));
        const { bytesRead } = await file.read(bytes, 0, bytes.length, offset + at);
        if (over) break;
        if (bytesRead === 0) throw short();
        at += bytesRead;
        sink.data(bytes.subarray(0, bytesRead));
      }
      if (!over && at === length) {
        close();
        sink.end();
      }
    } catch (thrown) {
      if (!over) {
        close();
        sink.fail(
          thrown instanceof Fault
            ? thrown
            : new Fault('store.objects.disk', 'store', messageOf(thrown), { cause: thrown }),
        );
      }
    } finally {
      reading = false;
    }
    if (!held && !over) void go();
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
      // A read under way is let end first: closing under it is an error.
      if (!over) close();
    },
  };
}
