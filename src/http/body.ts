import { concat, fromUtf8, utf8 } from '../base/bytes.ts';
import { Fault } from '../base/fault.ts';

/**
 * A body is read once. It is *pushed*: whoever starts it hands in a sink and gets a flow to hold and release, so that
 * bytes go from one socket to the other without a promise per chunk, and back-pressure is a call and not a buffer.
 */
export interface BodySink {
  data(chunk: Uint8Array): void;
  end(): void;
  /** Broken off: what came before is not the whole body. */
  fail(thrown: unknown): void;
}

export interface BodyFlow {
  pause(): void;
  resume(): void;
  /** Nobody wants the rest. */
  cancel(): void;
}

export type BodySource = (sink: BodySink) => BodyFlow;

const idleFlow: BodyFlow = { pause() {}, resume() {}, cancel() {} };

export class Body {
  /** Bytes in all, where that is known beforehand. */
  readonly length: number | null;
  #source: BodySource | null;
  #whole: Uint8Array | null;

  private constructor(source: BodySource | null, whole: Uint8Array | null, length: number | null) {
    this.#source = source;
    this.#whole = whole;
    this.length = length;
  }

  static of(content: Uint8Array | string): Body {
    const bytes = typeof content === 'string' ? utf8(content) : content;
    return new Body(null, bytes, bytes.length);
  }

  static from(source: BodySource, length: number | null = null): Body {
    return new Body(source, null, length);
  }

  static fromChunks(chunks: AsyncIterable<Uint8Array>, length: number | null = null): Body {
    return Body.from((sink) => pump(chunks, sink), length);
  }

  /** The whole content when it is in memory already; null when it still has to flow. */
  get whole(): Uint8Array | null {
    return this.#whole;
  }

  /** Was a flow started that cannot be started again? */
  get used(): boolean {
    return this.#whole === null && this.#source === null;
  }

  /** Starts the flow. A body in memory may be started again and again; any other only once. */
  start(sink: BodySink): BodyFlow {
    if (this.#whole) {
      if (this.#whole.length > 0) sink.data(this.#whole);
      sink.end();
      return idleFlow;
    }
    const source = this.#source;
    if (!source) throw new Fault('http.body.used', 'edge', 'this body was read already');
    this.#source = null;
    return source(sink);
  }

  /** Nobody will read it: lets the sender know. */
  cancel(): void {
    if (this.#source) this.start({ data() {}, end() {}, fail() {} }).cancel();
  }

  /**
   * The first bytes, up to `limit`, without using the body up: what was taken is played back to whoever reads next.
   * `whole` says that there is no more.
   */
  async peek(limit: number): Promise<{ readonly bytes: Uint8Array; readonly whole: boolean }> {
    if (this.#whole) return { bytes: this.#whole.subarray(0, limit), whole: this.#whole.length <= limit };
    const taken = await take(this, limit);
    if (taken.state.kind === 'ended') this.#whole = concat(taken.chunks);
    else this.#source = replay(taken);
    const bytes = concat(taken.chunks);
    return { bytes: bytes.subarray(0, limit), whole: taken.state.kind === 'ended' && bytes.length <= limit };
  }

  /** All of it. A fault with status 413 when there is more than `limit`. */
  async bytes(limit = Number.POSITIVE_INFINITY): Promise<Uint8Array> {
    const { bytes, whole } = await this.peek(limit);
    if (!whole) {
      this.cancel();
      throw new Fault('http.body.too-large', 'viewer', `the body is longer than ${limit} bytes`, { status: 413 });
    }
    return bytes;
  }

  async text(limit?: number): Promise<string> {
    return fromUtf8(await this.bytes(limit));
  }
}

interface Taken {
  readonly chunks: Uint8Array[];
  flow: BodyFlow;
  state:
    | { readonly kind: 'flowing' }
    | { readonly kind: 'ended' }
    | { readonly kind: 'failed'; readonly thrown: unknown };
  /** Where chunks go once somebody else reads. */
  next: BodySink | null;
}

/** Reads until there is more than `limit` or no more at all; then holds the flow. Rejects when the body breaks off. */
function take(body: Body, limit: number): Promise<Taken> {
  return new Promise((resolve, reject) => {
    const taken: Taken = { chunks: [], flow: idleFlow, state: { kind: 'flowing' }, next: null };
    let size = 0;
    let enough = false;
    taken.flow = body.start({
      data(chunk) {
        if (taken.next) return taken.next.data(chunk);
        taken.chunks.push(chunk);
        size += chunk.length;
        if (!enough && size > limit) {
          enough = true;
          taken.flow.pause();
          resolve(taken);
        }
      },
      end() {
        taken.state = { kind: 'ended' };
        if (taken.next) taken.next.end();
        else resolve(taken);
      },
      fail(thrown) {
        taken.state = { kind: 'failed', thrown };
        if (taken.next) taken.next.fail(thrown);
        else reject(thrown instanceof Error ? thrown : new Error(String(thrown)));
      },
    });
    // The source may have sent enough within `start`, before there was a flow to hold.
    if (enough && taken.state.kind === 'flowing') taken.flow.pause();
  });
}

/** Plays back what was taken, then goes on with the flow. */
function replay(taken: Taken): BodySource {
  return (sink) => {
    let held = false;
    let cancelled = false;
    const go = (): void => {
      while (!held && !cancelled && taken.chunks.length > 0) sink.data(taken.chunks.shift() as Uint8Array);
      if (held || cancelled) return;
      taken.next = sink;
      if (taken.state.kind === 'ended') sink.end();
      else if (taken.state.kind === 'failed') sink.fail(taken.state.thrown);
      else taken.flow.resume();
    };
    queueMicrotask(go);
    return {
      pause() {
        held = true;
        if (taken.next) taken.flow.pause();
      },
      resume() {
        held = false;
        if (taken.next) taken.flow.resume();
        else queueMicrotask(go);
      },
      cancel() {
        cancelled = true;
        taken.flow.cancel();
      },
    };
  };
}

/** An async iterable pushed into a sink, one chunk at a time, waiting while it is held. */
function pump(chunks: AsyncIterable<Uint8Array>, sink: BodySink): BodyFlow {
  let held: Promise<void> | null = null;
  let release: (() => void) | null = null;
  let cancelled = false;
  const iterator = chunks[Symbol.asyncIterator]();
  const run = async (): Promise<void> => {
    try {
      for (;;) {
        if (held) await held;
        if (cancelled) return;
        const step = await iterator.next();
        if (cancelled) return;
        if (step.done) return sink.end();
        sink.data(step.value);
      }
    } catch (thrown) {
      if (!cancelled) sink.fail(thrown);
    }
  };
  void run();
  return {
    pause() {
      held ??= new Promise((resolve) => (release = resolve));
    },
    resume() {
      release?.();
      held = release = null;
    },
    cancel() {
      cancelled = true;
      release?.();
      void iterator.return?.();
    },
  };
}
