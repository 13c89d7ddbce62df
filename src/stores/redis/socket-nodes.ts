import type { Redis } from 'ioredis';
import { messageOf } from '../../base/fault.ts';
import { randomText } from '../../base/id.ts';
import type { SocketNodes, SocketOrder, SocketPlace, SocketReply } from '../../ports/socket-nodes.ts';
import { openRedis } from './client.ts';
import { add, beat, bury, remove, send } from './socket-scripts.ts';

export interface RedisSocketOptions {
  readonly url: string;
  readonly prefix: string;
  /** Milliseconds without a beat after which a node is dead and its connections are nobody's. It beats three times in it. */
  readonly aliveMs: number;
  /** Milliseconds that another node may take to answer. */
  readonly patienceMs: number;
  warn(says: string): void;
}

interface Waiting {
  want: number;
  readonly got: SocketReply[];
  done(): void;
}

/** An order carries who asks and under which number; a reply only the number. */
type Parcel = { readonly n: number } & (
  | { readonly from: string; readonly order: SocketOrder }
  | { readonly reply: SocketReply }
);

/** Nodes over Redis or Valkey: one connection for commands, one for hearing. */
export async function redisSocketNodes(options: RedisSocketOptions): Promise<SocketNodes> {
  const redis = await openRedis({ url: options.url, timeoutMs: options.patienceMs }, options.warn);
  const ear = redis.duplicate();
  const nodes = new RedisNodes(redis, ear, options);
  try {
    ear.on('error', (thrown) => options.warn(`the bus of WebSocket nodes is disturbed: ${messageOf(thrown)}`));
    await ear.connect();
    await nodes.begin();
  } catch (thrown) {
    await nodes.close();
    throw thrown;
  }
  return nodes;
}

class RedisNodes implements SocketNodes {
  readonly node = randomText(10);
  readonly #redis: Redis;
  readonly #ear: Redis;
  readonly #prefix: string;
  readonly #options: RedisSocketOptions;
  /** Entries of the connections that are here, by API and id. */
  readonly #mine = new Map<string, readonly string[]>();
  readonly #waiting = new Map<number, Waiting>();
  #answer: (order: SocketOrder) => SocketReply = () => ({ status: 'gone' });
  #number = 0;
  #timer: NodeJS.Timeout | null = null;
  #down = false;

  constructor(redis: Redis, ear: Redis, options: RedisSocketOptions) {
    this.#redis = redis;
    this.#ear = ear;
    this.#options = options;
    this.#prefix = `${options.prefix}ws:`;
  }

  async begin(): Promise<void> {
    this.#ear.on('message', (_channel: string, text: string) => void this.#heard(text));
    await this.#ear.subscribe(`${this.#prefix}node:${this.node}`, `${this.#prefix}all`);
    await this.#beat();
    this.#timer = setInterval(() => void this.#beat().catch(() => {}), this.#options.aliveMs / 3).unref();
  }

  serve(answer: (order: SocketOrder) => SocketReply): void {
    this.#answer = answer;
  }

  async add(api: string, id: string, places: readonly SocketPlace[] = []): Promise<string | null> {
    const entry = [api, id, ...places.map((place) => place.holder)];
    this.#mine.set(`${api}\n${id}`, entry);
    const full = await this.#say(
      entry,
      places.map((place) => place.most),
    );
    // What could not be said now is said with a later beat, and counts for nobody until then.
    if (typeof full !== 'number' || full === 0) return null;
    this.#mine.delete(`${api}\n${id}`);
    return places[full - 1]!.holder;
  }

  remove(api: string, id: string): void {
    const entry = this.#mine.get(`${api}\n${id}`);
    if (entry === undefined) return;
    this.#mine.delete(`${api}\n${id}`);
    void this.#quietly(() => remove.run(this.#redis, this.#keys(entry), [id, this.node, entry.join('\n')]));
  }

  /** A place is not asked for again where it was given once: then each may have `-1`, any number. */
  #say(entry: readonly string[], most: readonly number[]): Promise<unknown> {
    const [, id = ''] = entry;
    return this.#quietly(() => add.run(this.#redis, this.#keys(entry), [id, this.node, entry.join('\n'), ...most]));
  }

  async ask(order: SocketOrder & { readonly id: string }): Promise<SocketReply | null> {
    const { n, replies } = this.#wait(1);
    const parcel: Parcel = { n, from: this.node, order };
    try {
      const keys = [`${this.#prefix}c:${order.api}`];
      const heard = await send.run(this.#redis, keys, [order.id, this.#prefix, JSON.stringify(parcel)]);
      if (heard === 0) {
        this.#settle(n);
        return null;
      }
    } catch (thrown) {
      this.#settle(n);
      throw thrown;
    }
    const [reply] = await replies;
    // It lives and does not answer: that is for the caller to try again.
    return reply ?? { status: 'slow' };
  }

  async askAll(order: SocketOrder): Promise<readonly SocketReply[]> {
    const { n, replies, waiting } = this.#wait(Number.POSITIVE_INFINITY);
    const parcel: Parcel = { n, from: this.node, order };
    const heard = await this.#redis.publish(`${this.#prefix}all`, JSON.stringify(parcel)).catch(() => 1);
    // All who hear it, but this one.
    waiting.want = heard - 1;
    if (waiting.got.length >= waiting.want) this.#settle(n);
    return replies;
  }

  async close(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    for (const n of this.#waiting.keys()) this.#settle(n);
    if (this.#mine.size > 0 || this.#timer) {
      this.#mine.clear();
      await this.#quietly(() => this.#redis.del(`${this.#prefix}a:${this.node}`));
      await this.#quietly(() => this.#bury(this.node));
    }
    this.#ear.disconnect();
    this.#redis.disconnect();
  }

  async #beat(): Promise<void> {
    const keys = [`${this.#prefix}n`, `${this.#prefix}a:${this.node}`, `${this.#prefix}o:${this.node}`];
    const said = await this.#quietly(() => beat.run(this.#redis, keys, [this.node, this.#options.aliveMs]));
    if (!Array.isArray(said)) return;
    const [kept, ...dead] = said as string[];
    if (Number(kept) !== this.#mine.size) await this.#sayAgain();
    for (const node of dead) await this.#quietly(() => this.#bury(node));
  }

  /** The server has lost or kept what it should not: everything that is here is said again. */
  async #sayAgain(): Promise<void> {
    await this.#quietly(() => this.#redis.del(`${this.#prefix}o:${this.node}`));
    for (const entry of this.#mine.values()) {
      await this.#say(
        entry,
        entry.slice(2).map(() => -1),
      );
      if (this.#down) return;
    }
  }

  async #bury(node: string): Promise<void> {
    const keys = [`${this.#prefix}n`, `${this.#prefix}a:${node}`, `${this.#prefix}o:${node}`];
    while (Number(await bury.run(this.#redis, keys, [node, this.#prefix])) > 0);
  }

  async #heard(text: string): Promise<void> {
    const parcel = JSON.parse(text) as Parcel;
    if ('reply' in parcel) {
      const waiting = this.#waiting.get(parcel.n);
      waiting?.got.push(parcel.reply);
      if (waiting && waiting.got.length >= waiting.want) this.#settle(parcel.n);
      return;
    }
    if (parcel.from === this.node) return;
    const reply: Parcel = { n: parcel.n, reply: this.#answer(parcel.order) };
    await this.#quietly(() => this.#redis.publish(`${this.#prefix}node:${parcel.from}`, JSON.stringify(reply)));
  }

  #wait(want: number): { n: number; replies: Promise<readonly SocketReply[]>; waiting: Waiting } {
    const n = ++this.#number;
    const timer = setTimeout(() => this.#settle(n), this.#options.patienceMs);
    let waiting!: Waiting;
    const replies = new Promise<readonly SocketReply[]>((resolve) => {
      const got: SocketReply[] = [];
      waiting = {
        want,
        got,
        done: () => {
          clearTimeout(timer);
          resolve(got);
        },
      };
    });
    this.#waiting.set(n, waiting);
    return { n, replies, waiting };
  }

  #settle(n: number): void {
    this.#waiting.get(n)?.done();
    this.#waiting.delete(n);
  }

  /** A registry that cannot be reached breaks no connection: it is told once, and said again when it is back. */
  async #quietly<T>(work: () => Promise<T>): Promise<T | null> {
    try {
      const done = await work();
      this.#down = false;
      return done;
    } catch (thrown) {
      if (!this.#down)
        this.#options.warn(`the registry of WebSocket connections cannot be reached: ${messageOf(thrown)}`);
      this.#down = true;
      return null;
    }
  }

  #keys([api = '', , ...holders]: readonly string[]): string[] {
    const held = holders.map((holder) => `${this.#prefix}h:${api}\n${holder}`);
    return [`${this.#prefix}c:${api}`, `${this.#prefix}o:${this.node}`, ...held];
  }
}
