import { describe, expect, it } from 'vitest';
import { balancer, http } from '../../test/support/lambda-doors.ts';
import { Body, type BodySink } from '../http/body.ts';
import { HeaderList } from '../http/headers.ts';
import type { App } from '../pipeline/app.ts';
import { alb } from './alb.ts';
import { functionUrl, type ResponseStream } from './function-url.ts';
import { httpApi } from './http-api.ts';

/** Lambda's stream: it takes 16 kB before it asks to wait. */
class Sink implements ResponseStream {
  head: unknown = null;
  bytes = 0;
  ended = false;
  broken: Error | null = null;
  headed = false;
  #drain: (() => void)[] = [];
  write(chunk: Uint8Array): boolean {
    expect(this.headed).toBe(true);
    this.bytes += chunk.length;
    return chunk.length < 16_384;
  }
  end(): void {
    this.ended = true;
  }
  once(event: 'drain' | 'close', call: () => void): void {
    if (event === 'drain') this.#drain.push(call);
  }
  destroy(error: Error): void {
    this.broken = error;
  }
  drain(): void {
    for (const call of this.#drain.splice(0)) call();
  }
}

const answering = (body: Body | null, headers: readonly string[] = []): App =>
  ({
    handle: () =>
      Promise.resolve({
        status: 200,
        headers: HeaderList.fromFlat(headers),
        body,
        from: { by: 'integration', name: 'x' },
      }),
    settle: () => Promise.resolve(),
    refresh: () => Promise.resolve(true),
  }) as unknown as App;

async function ask(app: App, mostBytes?: number, event: unknown = http): Promise<Sink & { lines: string[] }> {
  const lines: string[] = [];
  const sink = new Sink();
  const handler = functionUrl(app, {
    ...(mostBytes !== undefined && { mostBytes }),
    write: (line) => lines.push(line),
    runtime: {
      streamifyResponse: (handle) => handle,
      HttpResponseStream: {
        from(stream, head) {
          (stream as Sink).head = head;
          (stream as Sink).headed = true;
          return stream;
        },
      },
    },
  }) as (event: unknown, stream: ResponseStream, context: unknown) => Promise<void>;
  await handler(event, sink, {});
  return Object.assign(sink, { lines });
}

describe('a streamed function URL', () => {
  it('an answer that lies in memory whole goes out, however long', async () => {
    const sink = await ask(answering(Body.of('x'.repeat(7_000_000))));
    expect(sink).toMatchObject({ bytes: 7_000_000, ended: true, broken: null });
  });
  it.each([
    ['nothing', null],
    ['an empty body', Body.of('')],
  ])('begins with status and header, so that nothing is taken for bytes without a type: %s', async (_, body) => {
    expect(await ask(answering(body))).toMatchObject({ head: { statusCode: 200, headers: {} }, ended: true });
  });
  it('so does a refusal', async () => {
    const sink = await ask(answering(null), undefined, { version: '2.0' });
    expect(sink).toMatchObject({ head: { statusCode: 400 }, ended: true });
  });
  it('fields with names of Object’s own are fields like any other', async () => {
    const { head } = await ask(answering(null, ['constructor', 'a', '__proto__', 'b', '__proto__', 'c']));
    const { headers } = head as { headers: Record<string, string> };
    expect(Object.entries(headers)).toEqual([
      ['constructor', 'a'],
      ['__proto__', 'b, c'],
    ]);
  });
  it('a declared length beyond the limit is a 502 before anything goes out', async () => {
    const sink = await ask(answering(Body.of('x'.repeat(11))), 10);
    expect(sink).toMatchObject({ head: { statusCode: 502 } });
    expect(sink.lines.join()).toContain('lambda.answer-size');
  });
  it('a stream that passes the limit is broken off, with a line', async () => {
    let cancelled = false;
    const body = Body.from((to: BodySink) => {
      queueMicrotask(() => {
        to.data(new Uint8Array(6));
        to.data(new Uint8Array(6));
        if (!cancelled) to.end();
      });
      return { pause() {}, resume() {}, cancel: () => (cancelled = true) };
    });
    const sink = await ask(answering(body), 10);
    expect(sink).toMatchObject({ bytes: 6, ended: false });
    expect(sink.broken?.message).toContain('lambda.answer-size');
    expect(sink.lines.join()).toContain('broken off');
    expect(cancelled).toBe(true);
  });
  it('a source that sends at once is held as soon as there is something to hold', async () => {
    const calls: string[] = [];
    let to: BodySink | null = null;
    const body = Body.from((sink) => {
      to = sink;
      sink.data(new Uint8Array(20_000));
      return { pause: () => calls.push('pause'), resume: () => calls.push('resume'), cancel() {} };
    });
    const asked = ask(answering(body));
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(calls).toEqual(['pause']);
    (to as BodySink | null)?.end();
    expect(await asked).toMatchObject({ bytes: 20_000, ended: true });
  });
});

describe('an answer is measured as the JSON that leaves', () => {
  const text = (length: number): App => answering(Body.of('"'.repeat(length)), ['content-type', 'text/plain']);
  it('quotes are two bytes each: 4 MB of them do not fit into 6', async () => {
    const call = httpApi(text(4_000_000), { write() {} });
    expect(await call(http)).toMatchObject({ statusCode: 502 });
    expect(await httpApi(text(2_000_000), { write() {} })(http)).toMatchObject({ statusCode: 200 });
  });
  it('a load balancer takes 1 MB', async () => {
    expect(await alb(text(600_000), { write() {} })(balancer)).toMatchObject({ statusCode: 502 });
    expect(await alb(text(400_000), { write() {} })(balancer)).toMatchObject({ statusCode: 200 });
  });
});
