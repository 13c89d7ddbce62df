import { Readable } from 'node:stream';
import type { Body } from '../http/body.ts';

/**
 * A pushed body as a stream that the HTTP client pulls from; held while the client is not ready. `turn` is told whose
 * turn it is: the viewer's to send more, or the origin's, to take what is there or, after the end, to answer.
 */
export function upload(body: Body, turn: (whose: 'viewer' | 'origin') => void): Readable {
  let flow: ReturnType<Body['start']> | null = null;
  let done = false;
  const stream: Readable = new Readable({
    highWaterMark: 65_536,
    read() {
      if (done) return;
      turn('viewer');
      if (flow) flow.resume();
      else {
        flow = body.start({
          data(chunk) {
            if (stream.push(chunk)) return;
            flow?.pause();
            turn('origin');
          },
          end() {
            done = true;
            turn('origin');
            stream.push(null);
          },
          fail(thrown) {
            done = true;
            stream.destroy(thrown instanceof Error ? thrown : new Error(String(thrown)));
          },
        });
      }
    },
    destroy(error, callback) {
      if (!done) {
        if (flow) flow.cancel();
        else body.cancel();
      }
      callback(error);
    },
  });
  return stream;
}
