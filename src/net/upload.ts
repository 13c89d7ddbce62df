import { Readable } from 'node:stream';
import type { Body } from '../http/body.ts';

/** A pushed body as a stream that the HTTP client pulls from; held while the client is not ready. */
export function upload(body: Body): Readable {
  let flow: ReturnType<Body['start']> | null = null;
  let done = false;
  const stream: Readable = new Readable({
    highWaterMark: 65_536,
    read() {
      if (flow) flow.resume();
      else {
        flow = body.start({
          data(chunk) {
            if (!stream.push(chunk)) flow?.pause();
          },
          end() {
            done = true;
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
