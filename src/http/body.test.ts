import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, latin1 } from '../base/bytes.ts';
import { Fault } from '../base/fault.ts';
import { Body, type BodyFlow, type BodySink } from './body.ts';

const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 9 }), { maxLength: 8 });

/** A source that is turned by hand, and says when it was told to hold or to stop. */
function byHand(): {
  readonly body: Body;
  readonly told: string[];
  readonly send: (chunk: Uint8Array) => void;
  readonly fail: (thrown: unknown) => void;
} {
  let sink: BodySink | null = null;
  const told: string[] = [];
  return {
    told,
    body: Body.from((given) => {
      sink = given;
      return {
        pause: () => void told.push('pause'),
        resume: () => void told.push('resume'),
        cancel: () => void told.push('cancel'),
      };
    }),
    send: (chunk) => sink?.data(chunk),
    fail: (thrown) => sink?.fail(thrown),
  };
}

/** A source that sends all its chunks at once, before anybody can hold it: the rudest there is. */
const rude = (list: readonly Uint8Array[]): Body =>
  Body.from((sink) => {
    for (const chunk of list) sink.data(chunk);
    sink.end();
    return { pause() {}, resume() {}, cancel() {} };
  });

async function* politely(list: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const chunk of list) yield await Promise.resolve(chunk);
}

const sources: readonly (readonly [string, (list: readonly Uint8Array[]) => Body])[] = [
  ['in memory', (list) => Body.of(concat(list))],
  ['all at once', rude],
  ['chunk by chunk', (list) => Body.fromChunks(politely(list))],
];

describe.each(sources)('a body %s', (_, make) => {
  it('comes out as it went in', async () => {
    await fc.assert(
      fc.asyncProperty(chunks, async (list) => {
        expect(latin1(await make(list).bytes())).toBe(latin1(concat(list)));
      }),
      { numRuns: 60 },
    );
  });

  it('shows its beginning without being used up, again and again, at any limit', async () => {
    await fc.assert(
      fc.asyncProperty(
        chunks,
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 0, max: 40 }),
        async (list, first, second) => {
          const body = make(list);
          const whole = latin1(concat(list));
          for (const limit of [first, second]) {
            const seen = await body.peek(limit);
            expect(latin1(seen.bytes)).toBe(whole.slice(0, limit));
            expect(seen.whole).toBe(whole.length <= limit);
          }
          expect(latin1(await body.bytes())).toBe(whole);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('is refused with 413 when there is more than the limit', async () => {
    await fc.assert(
      fc.asyncProperty(chunks, fc.integer({ min: 0, max: 40 }), async (list, limit) => {
        const size = concat(list).length;
        const outcome = await make(list)
          .bytes(limit)
          .then(
            () => 'read',
            (thrown: unknown) => (thrown instanceof Fault ? thrown.status : 'broken'),
          );
        expect(outcome).toBe(size > limit ? 413 : 'read');
      }),
      { numRuns: 60 },
    );
  });

  it('held and released at any point, it loses and doubles nothing', async () => {
    await fc.assert(
      fc.asyncProperty(
        chunks,
        fc.integer({ min: 0, max: 20 }),
        fc.array(fc.boolean(), { maxLength: 8 }),
        async (list, limit, holds) => {
          const body = make(list);
          await body.peek(limit);
          const got: Uint8Array[] = [];
          let held = false;
          await new Promise<void>((resolve, reject) => {
            let turn = 0;
            let flow: BodyFlow | null = null;
            flow = body.start({
              data(chunk) {
                got.push(chunk);
                if (flow && holds[turn++]) {
                  held = true;
                  flow.pause();
                  setTimeout(() => {
                    held = false;
                    flow?.resume();
                  }, 0);
                }
              },
              end: resolve,
              fail: reject,
            });
          });
          expect(held && list.length > got.length).toBe(false);
          expect(latin1(concat(got))).toBe(latin1(concat(list)));
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('a body that flows', () => {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

  it('is read once', async () => {
    const body = rude([bytes('a')]);
    body.start({ data() {}, end() {}, fail() {} });
    expect(body.used).toBe(true);
    expect(() => body.start({ data() {}, end() {}, fail() {} })).toThrow(Fault);
  });

  it('is held at the source once the beginning is known', async () => {
    const { body, told, send } = byHand();
    const seen = body.peek(3);
    send(bytes('ab'));
    send(bytes('cd'));
    expect(latin1((await seen).bytes)).toBe('abc');
    expect(told).toContain('pause');
    expect(told).not.toContain('resume');
  });

  it('that breaks while its beginning is read rejects; afterwards it tells whoever reads', async () => {
    const early = byHand();
    const reading = early.body.peek(10);
    early.fail(new Error('gone'));
    await expect(reading).rejects.toThrow('gone');
    const late = byHand();
    const seen = late.body.peek(1);
    late.send(bytes('abc'));
    await seen;
    late.fail(new Error('gone later'));
    await expect(late.body.bytes()).rejects.toThrow('gone later');
  });

  it('that nobody wants tells its source, before and after a look at its beginning', async () => {
    const fresh = byHand();
    fresh.body.cancel();
    expect(fresh.told).toEqual(['cancel']);
    const seen = byHand();
    const looking = seen.body.peek(1);
    seen.send(bytes('abc'));
    await looking;
    seen.body.cancel();
    expect(seen.told).toContain('cancel');
  });
});
