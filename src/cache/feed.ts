import { Body, type BodyFlow, type BodySink } from '../http/body.ts';
import type { ObjectWriter } from '../ports/objects.ts';
import type { NotStored } from './why.ts';

export interface FeedOptions {
  readonly body: Body;
  /** Null: nothing is kept, the readers are served all the same. */
  readonly writer: ObjectWriter | null;
  /** Length that the answer declared; a body of another length is neither kept nor passed off as whole. */
  readonly declared: number | null;
  /** Largest body that is kept. */
  readonly most: number;
  /** Keep every chunk until the end, so that readers may still join. */
  readonly joinable: boolean;
  /** May it be read to the end when the last reader has gone? */
  readonly finishAlone: () => boolean;
  /** May it still be kept? A purge may have come. */
  readonly wanted: () => boolean;
  readonly settled: (outcome: 'stored' | NotStored) => void;
}

/** Unread bytes that are held for a slow reader before the origin is held too. */
const LAG = 1_048_576;

interface Reader {
  sink: BodySink | null;
  held: boolean;
  /** Number of the next chunk, counted from the first one of the body. */
  next: number;
  over: boolean;
}

/**
 * One body to the store and to any number of readers at once. It gives up cleanly: whatever goes wrong, the store is
 * left without the object and each reader learns that what it got was not all.
 */
export class Feed {
  readonly #options: FeedOptions;
  readonly #chunks: Uint8Array[] = [];
  /** Number of the first chunk that is still here. */
  #base = 0;
  #size = 0;
  /** Bytes in `#chunks`. */
  #kept = 0;
  readonly #readers: Reader[] = [];
  #writer: ObjectWriter | null;
  #writing = 0;
  #flow: BodyFlow | null = null;
  #state: 'flowing' | 'ended' | 'failed' = 'flowing';
  #thrown: unknown = null;
  #settled = false;
  #paused = false;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#writer = options.writer;
  }

  /** A body with everything from the first byte; null when the first bytes have been let go, or nothing good will come. */
  reader(): Body | null {
    if (this.#base > 0 || this.#state === 'failed') return null;
    const reader: Reader = { sink: null, held: false, next: 0, over: false };
    this.#readers.push(reader);
    return Body.from((sink) => {
      reader.sink = sink;
      this.#serve(reader);
      return {
        pause: () => {
          reader.held = true;
        },
        resume: () => {
          if (!reader.held) return;
          reader.held = false;
          this.#serve(reader);
        },
        cancel: () => this.#leave(reader),
      };
    }, this.#options.declared);
  }

  start(): void {
    const flow = this.#options.body.start({
      data: (chunk) => this.#take(chunk),
      end: () => this.#end(),
      fail: (thrown) => this.#fail(thrown, 'cut-short'),
    });
    this.#flow = flow;
    this.#balance();
  }

  #take(chunk: Uint8Array): void {
    if (this.#state !== 'flowing') return;
    this.#size += chunk.length;
    if (this.#writer && this.#size > this.#options.most) this.#giveUp('too-large');
    if (this.#writer) this.#write(chunk);
    this.#chunks.push(chunk);
    this.#kept += chunk.length;
    for (const reader of this.#readers) this.#serve(reader);
    this.#trim();
    this.#balance();
  }

  #write(chunk: Uint8Array): void {
    let written: void | Promise<void>;
    try {
      written = this.#writer?.write(chunk);
    } catch {
      return this.#giveUp('store-broken');
    }
    if (!(written instanceof Promise)) return;
    this.#writing++;
    written.then(
      () => {
        this.#writing--;
        this.#balance();
      },
      () => {
        this.#writing--;
        this.#giveUp('store-broken');
        this.#balance();
      },
    );
  }

  #end(): void {
    if (this.#state !== 'flowing') return;
    const { declared } = this.#options;
    if (declared !== null && declared !== this.#size) {
      return this.#fail(new Error(`the body has ${this.#size} bytes and declared ${declared}`), 'length-wrong');
    }
    this.#state = 'ended';
    if (this.#writer) this.#commit(this.#writer);
    for (const reader of this.#readers) this.#serve(reader);
  }

  #commit(writer: ObjectWriter): void {
    this.#writer = null;
    try {
      const kept = writer.commit(this.#options.wanted);
      if (kept instanceof Promise) {
        kept.then(
          (stored) => this.#settle(stored ? 'stored' : this.#refusal()),
          () => this.#settle('store-broken'),
        );
      } else this.#settle(kept ? 'stored' : this.#refusal());
    } catch {
      this.#settle('store-broken');
    }
  }

  #refusal(): NotStored {
    return this.#options.wanted() ? 'full' : 'purged';
  }

  #fail(thrown: unknown, why: NotStored): void {
    if (this.#state !== 'flowing') return;
    this.#state = 'failed';
    this.#thrown = thrown;
    this.#giveUp(why);
    for (const reader of this.#readers) this.#serve(reader);
  }

  /** Nothing is kept; readers go on. */
  #giveUp(why: NotStored): void {
    const writer = this.#writer;
    this.#writer = null;
    writer?.abandon();
    this.#settle(why);
    // Neither store nor viewer wants the rest.
    if (this.#state === 'flowing' && this.#readers.every((reader) => reader.over)) {
      this.#state = 'failed';
      this.#flow?.cancel();
    }
  }

  #settle(outcome: 'stored' | NotStored): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#options.settled(outcome);
  }

  #serve(reader: Reader): void {
    const { sink } = reader;
    if (!sink || reader.over) return;
    while (!reader.held && !reader.over) {
      const chunk = this.#chunks[reader.next - this.#base];
      if (chunk === undefined) break;
      reader.next++;
      sink.data(chunk);
    }
    if (reader.held || reader.over) return;
    if (this.#state === 'ended') {
      reader.over = true;
      sink.end();
    } else if (this.#state === 'failed') {
      reader.over = true;
      sink.fail(this.#thrown);
    } else this.#balance();
    this.#trim();
  }

  #leave(reader: Reader): void {
    if (reader.over) return;
    reader.over = true;
    if (this.#state !== 'flowing' || this.#readers.some((each) => !each.over)) return;
    if (this.#writer && this.#options.finishAlone()) return this.#balance();
    this.#giveUp('viewer-gone');
    this.#chunks.length = 0;
  }

  /** Chunks that no reader will ask for any more are let go, unless somebody may still join. */
  #trim(): void {
    if (this.#options.joinable && this.#state === 'flowing') return;
    let least = this.#base + this.#chunks.length;
    for (const reader of this.#readers) if (!reader.over) least = Math.min(least, reader.next);
    if (least > this.#base) {
      for (const chunk of this.#chunks.splice(0, least - this.#base)) this.#kept -= chunk.length;
      this.#base = least;
    }
  }

  /** Holds the origin while the store is behind, or while every reader is far behind. */
  #balance(): void {
    if (!this.#flow || this.#state !== 'flowing') return;
    const hold = this.#writing > 0 || (!this.#options.joinable && this.#kept > LAG);
    if (hold === this.#paused) return;
    this.#paused = hold;
    if (hold) this.#flow.pause();
    else this.#flow.resume();
  }
}
