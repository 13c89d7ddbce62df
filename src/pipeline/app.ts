import { parsePurge, purgeFlaws, type PurgeFlaw } from '../cache/purge.ts';
import { newId } from '../base/id.ts';
import { messageOf } from '../base/fault.ts';
import type { Document } from '../config/document.ts';
import { DocumentError } from '../config/issues.ts';
import { isChecked } from '../config/checked.ts';
import type { ResourceMap } from '../config/rules.ts';
import { Departure } from '../flow/departure.ts';
import { newExchange, type Viewer } from '../flow/exchange.ts';
import type { Answer } from '../flow/stage.ts';
import type { HttpRequest } from '../http/message.ts';
import type { DocumentSource } from '../ports/documents.ts';
import type { Purge } from '../ports/objects.ts';
import type { Ports } from '../ports/ports.ts';
import { Trace } from '../trace/trace.ts';
import type { Spending } from '../gateway/spend-book.ts';
import { assemble, type Line } from './assemble.ts';
import { dialers } from './dialers.ts';
import { functions } from './functions.ts';
import { parseMap } from './map-source.ts';
import { openNodes } from './open-nodes.ts';
import { openRoom } from './open-room.ts';
import { outfit, type PortOverrides } from './outfit.ts';
import { registry, type Definition } from './registry.ts';
import { loadRooms } from './rooms.ts';
import { Sockets } from './sockets.ts';
import { SourceAge } from './source-age.ts';
import { RuleWatch } from './waf-watch.ts';

export interface AppOptions {
  /** As written, by hand or by `defineConfig`. */
  readonly document: unknown;
  /** Rules, integrations, sinks and stores of your own. */
  readonly plugins?: readonly Definition[];
  /** Paths in the document are relative to this folder; the current one if left out. */
  readonly folder?: string;
  readonly ports?: PortOverrides;
}

/** How the sources of the document are. */
export interface AppStatus {
  readonly version: string;
  /** When the running version was taken up, ms since 1970. */
  readonly since: number;
  /** What went wrong with a newer version that was not taken; null when all is well. */
  readonly stale: { readonly source: string; readonly says: string; readonly since: number } | null;
  readonly storeHealthy: boolean;
}

/** What every shell holds in its hand: a document that answers requests. */
export interface App {
  readonly version: string;
  readonly document: Document;
  readonly ports: Ports;
  /** The WebSocket APIs: what a shell needs to turn a 101 into a connection. */
  readonly sockets: Sockets;
  handle(request: HttpRequest, viewer: Viewer, departure?: Departure): Answer;
  /** A new document beside the old one: checked and assembled whole, then swapped in one step. Throws and keeps the old one when it is bad. */
  reload(document: unknown, plugins?: readonly Definition[]): Promise<void>;
  /**
   * Reads the rule source again if it is older than it may be, for where timers stand still between events. False: what is
   * in force is too old to be gone by.
   */
  refresh(): Promise<boolean>;
  status(): Promise<AppStatus>;
  /** What budgets have been spent so far, with a forecast for their period. */
  spending(): readonly Spending[];
  /** Drops stored answers: `/path`, `/prefix*`, `#tag`, here and on the other nodes. How many went here. Throws `DocumentError` for an item that is none. */
  purge(items: readonly string[]): Promise<number>;
  /** What the cache holds; null where the document has no edge. Bytes as the store counts them. */
  cacheStats(): Promise<{ readonly objects: number; readonly bytes: number } | null>;
  /** Waits for what `later` was promised. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

/** Loads a document. Rejects with `DocumentError` when anything in it is wrong, or a source cannot be read. */
export async function sallyport(options: AppOptions): Promise<App> {
  const folder = options.folder ?? process.cwd();
  const first = await accept(options.document);
  const firstRegistry = registry(options.plugins);
  const { ports, state } = await outfit(first, firstRegistry, folder, options.ports ?? {});
  const sockets = new Sockets(
    ports,
    firstRegistry.rules,
    await openNodes(first, options.ports?.socketNodes ?? null, ports),
  );
  const pools = dialers(ports.openDialer);
  const running = functions(ports.openFunction);
  const room = await openRoom(first, options.ports ?? {}, ports, folder);
  const unsettled = new Set<Promise<unknown>>();
  let plugins = options.plugins ?? [];
  let source: DocumentSource | null = null;
  const age = new SourceAge(ports.clock);
  let unwatch: (() => void) | null = null;
  let stale: AppStatus['stale'] = null;
  let since = ports.clock.now();
  let turn: Promise<unknown> = Promise.resolve();
  const ruleWatch = new RuleWatch(ports.ruleFiles, () => void inTurn(takeUpRules));

  const build = async (
    document: Document,
    definitions: readonly Definition[],
    from: DocumentSource | null,
  ): Promise<Line> => {
    let sourcedMap: ResourceMap | null = null;
    let mapVersion = '';
    if (from) {
      const loaded = await from.load().catch((thrown: unknown) => {
        throw new DocumentError([
          { path: 'rules.from', wanted: 'a source that can be read', found: messageOf(thrown), hint: from.name },
        ]);
      });
      sourcedMap = await parseMap(loaded, from.name);
      mapVersion = loaded.version;
    }
    const version = ports.digest.sha256(JSON.stringify(document) + mapVersion).slice(0, 12);
    const known = registry(definitions);
    const { socketPages, ...rooms } = await loadRooms(document, known.integrations, sockets);
    const line = ruleWatch.building((ruleFiles) =>
      assemble({
        document,
        ...rooms,
        version,
        sourcedMap,
        registry: socketPages.length > 0 ? registry([...socketPages, ...definitions]) : known,
        ports: { ...ports, ruleFiles },
        dialers: pools,
        functions: running,
        room,
        folder,
        sockets,
      }),
    );
    pools.sweep();
    running.sweep();
    return line;
  };
  const openSource = (document: Document): DocumentSource | null =>
    document.rules.from ? ports.openDocument(document.rules.from.use, document.rules.from.with) : null;

  /** One change at a time, in the order they came. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = turn.then(work, work);
    turn = next.catch(() => {});
    return next;
  };

  let line: Line;
  try {
    source = openSource(first);
    line = await build(first, plugins, source);
    age.read();
  } catch (thrown) {
    ruleWatch.close();
    await Promise.all([pools.close(), state.close(), room?.close()]);
    throw thrown;
  }

  const later = (work: Promise<unknown>): void => {
    const kept = work
      .catch((thrown: unknown) => ports.log('warn', 'work after an answer failed', { reason: messageOf(thrown) }))
      .finally(() => unsettled.delete(kept));
    unsettled.add(kept);
  };

  const watch = (): void => {
    const watched = source;
    unwatch = watched?.watch(() => void inTurn(() => takeUp(watched))) ?? null;
  };
  const takeUp = async (from: DocumentSource): Promise<void> => {
    if (from !== source) return;
    age.asked();
    try {
      const next = await build(line.document, plugins, from);
      age.read();
      stale = null;
      if (next.version === line.version) return;
      later(line.apis.settle(ports.clock.now()));
      line = next;
      since = ports.clock.now();
      ports.log('info', 'a new rule map was taken up', { source: from.name, version: next.version });
    } catch (thrown) {
      stale = { source: from.name, says: messageOf(thrown), since: ports.clock.now() };
      ports.log('error', 'the new rule map is not fit; the last good one stays', {
        source: from.name,
        version: line.version,
        reason: messageOf(thrown),
      });
    }
  };
  watch();
  const takeUpRules = async (): Promise<void> => {
    try {
      const next = await build(line.document, plugins, source);
      later(line.apis.settle(ports.clock.now()));
      line = next;
      stale = null;
      since = ports.clock.now();
      ports.log('info', 'changed firewall rules were taken up', { version: line.version });
    } catch (thrown) {
      stale = { source: 'firewall rules', says: messageOf(thrown), since: ports.clock.now() };
      ports.log('error', 'the changed firewall rules are not fit; the last good ones stay', {
        version: line.version,
        reason: messageOf(thrown),
      });
    }
  };

  return {
    get version() {
      return line.version;
    },
    get document() {
      return line.document;
    },
    ports,
    sockets,
    handle(request, viewer, departure = new Departure()) {
      // The line is read once: a request that began in one version ends in it.
      const { handle, stages } = line.apis.pick(request) ?? line;
      const trace = new Trace(newId(ports.clock.now()), stages, ports.clock);
      return handle(newExchange({ request, viewer, trace, clock: ports.clock, departure, later }));
    },
    reload: (given, definitions) =>
      inTurn(async () => {
        const document = await accept(given);
        const nextSource = openSource(document);
        const next = await build(document, definitions ?? plugins, nextSource);
        unwatch?.();
        later(line.apis.settle(ports.clock.now()));
        line = next;
        plugins = definitions ?? plugins;
        source = nextSource;
        age.read();
        stale = null;
        since = ports.clock.now();
        watch();
      }),
    async refresh() {
      const from = source;
      const ages = from?.ages;
      if (!ages) return true;
      if (age.due(ages)) await inTurn(async () => (age.due(ages) ? takeUp(from) : undefined));
      return age.fits(ages);
    },
    async status() {
      return { version: line.version, since, stale, storeHealthy: await state.healthy() };
    },
    spending: () => line.apis.spending(ports.clock.now()),
    async purge(items) {
      const meant = items.map((item) => ({ item, what: parsePurge(item) }));
      const bad = meant.filter(({ what }) => typeof what === 'string');
      if (bad.length > 0)
        throw new DocumentError(
          bad.map(({ item, what }) => ({
            path: item,
            wanted: purgeFlaws[what as PurgeFlaw],
            found: JSON.stringify(item),
            hint: null,
          })),
        );
      let count = 0;
      for (const { what } of meant) count += (await room?.purge(what as Purge)) ?? 0;
      return count;
    },
    async cacheStats() {
      return room ? room.store.stats() : null;
    },
    async settle() {
      await Promise.all(unsettled);
    },
    async close() {
      unwatch?.();
      await turn;
      ruleWatch.close();
      await Promise.all([...unsettled, line.apis.settle(ports.clock.now())]);
      await sockets.close();
      await pools.close();
      await running.close();
      await room?.close();
      await state.close();
      await Promise.all(ports.sinks.map((sink) => sink.flush()));
    },
  };
}

async function accept(given: unknown): Promise<Document> {
  if (isChecked(given)) return given;
  // The whole vocabulary; not loaded where nobody asks for it.
  const { parseDocument } = await import('../config/parse.ts');
  const { document, issues } = parseDocument(given);
  if (document === null) throw new DocumentError(issues);
  return document;
}
