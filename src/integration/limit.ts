import { Fault } from '../base/fault.ts';
import { Body, type BodySink } from '../http/body.ts';
import { bodyReasons } from './reasons.ts';

const tooLarge = (most: number): Fault => {
  const { code, status, says } = bodyReasons['too-large'];
  return new Fault(code, 'viewer', `${says} (${most} bytes)`, { status });
};

/** Refuses a body by its declared length, and one without by what really comes. */
export function limited(body: Body, most: number): Body {
  if (body.length !== null) {
    if (body.length > most) throw tooLarge(most);
    return body;
  }
  return Body.from((sink: BodySink) => {
    let size = 0;
    let over = false;
    const flow = body.start({
      data(chunk) {
        size += chunk.length;
        if (over) return;
        if (size <= most) return sink.data(chunk);
        over = true;
        queueMicrotask(() => flow.cancel());
        sink.fail(tooLarge(most));
      },
      end: () => {
        if (!over) sink.end();
      },
      fail: (thrown) => {
        if (!over) sink.fail(thrown);
      },
    });
    return flow;
  });
}
