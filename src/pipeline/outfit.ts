import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { systemClock } from '../base/clock.ts';
import { messageOf } from '../base/fault.ts';
import type { Document } from '../config/document.ts';
import { DocumentError, type Issue } from '../config/issues.ts';
import { openDialer } from '../net/dialer.ts';
import { nodeDigest } from '../net/digest.ts';
import { systemResolver } from '../net/resolver.ts';
import type { Bus } from '../ports/bus.ts';
import type { ObjectStore } from '../ports/objects.ts';
import type { Ports } from '../ports/ports.ts';
import type { SocketNodes } from '../ports/socket-nodes.ts';
import type { Sink } from '../ports/sink.ts';
import { fetchJson } from '../net/fetch-json.ts';
import { workerInvoker } from '../run/worker.ts';
import { openFolder } from '../stores/file/folder.ts';
import { ruleFiles } from '../stores/file/rule-files.ts';
import type { State } from '../stores/store.ts';
import type { Registry } from './registry.ts';
import { openRuleSource } from './rule-source.ts';
import { readSlot } from './slots.ts';

/** What a shell may hand in instead of what the document names. */
export type PortOverrides = Partial<Omit<Ports, 'buckets' | 'counters' | 'records'>> & {
  readonly state?: State;
  /** The object store of the cache. */
  readonly objects?: ObjectStore;
  /** The other nodes with WebSocket connections. */
  readonly socketNodes?: SocketNodes;
  /** Where its purges are told to other processes. */
  readonly bus?: Bus;
  /** Sinks besides those of the document: metrics, the memory of traces. */
  readonly observers?: readonly Sink[];
  /** Take up functions whose module changes while the edge runs: for a laptop. */
  readonly watchFunctions?: boolean;
};

export interface Outfit {
  readonly ports: Ports;
  readonly state: State;
}

const logLine: Ports['log'] = (level, says, facts) => {
  process.stderr.write(
    `${JSON.stringify({ time: new Date(systemClock.now()).toISOString(), level, says, ...facts })}\n`,
  );
};

/** Opens the store and the sinks that the document names, and fills every port that nobody handed in. */
export async function outfit(
  document: Document,
  registry: Registry,
  folder: string,
  given: PortOverrides,
): Promise<Outfit> {
  const issues: Issue[] = [];
  const clock = given.clock ?? systemClock;
  const log = given.log ?? logLine;
  const store = given.state ? null : readSlot('store', document.store, registry.stores, ['store'], issues);
  const slots = given.sinks
    ? []
    : document.logging.sinks.map((slot, at) =>
        readSlot('sink', slot, registry.sinks, ['logging', 'sinks', at], issues),
      );
  if (issues.length > 0) throw new DocumentError(issues);
  const sinks: readonly Sink[] =
    given.sinks ?? slots.flatMap((slot) => (slot ? [slot.definition.open(slot.options, { folder })] : []));
  const state =
    given.state ??
    (await (store as NonNullable<typeof store>).definition.open((store as NonNullable<typeof store>).options, {
      clock,
      folder,
      warn: (says) => log('warn', says),
    }));
  const at = (path: string): string => (isAbsolute(path) ? path : join(folder, path));
  return {
    state,
    ports: {
      clock,
      log,
      sinks: [...sinks, ...(given.observers ?? [])].map((sink) => guarded(sink, log)),
      buckets: state.buckets,
      counters: state.counters,
      records: state.records,
      digest: given.digest ?? nodeDigest,
      openDialer: given.openDialer ?? openDialer(systemResolver),
      readFile: given.readFile ?? ((path) => readFileSync(at(path), 'utf8')),
      ruleFiles: given.ruleFiles ?? ruleFiles(folder),
      secret: given.secret ?? ((name) => process.env[name] ?? null),
      openFunction:
        given.openFunction ??
        ((options) => workerInvoker({ ...options, folder, watch: given.watchFunctions ?? false, say: log })),
      openFolder: given.openFolder ?? openFolder(folder),
      fetchJson: given.fetchJson ?? fetchJson,
      openDocument: given.openDocument ?? ((use, options) => openRuleSource({ use, with: options }, registry, at)),
    },
  };
}

/** A sink must not throw; one that does all the same costs nobody his answer, and is named once. */
function guarded(sink: Sink, log: Ports['log']): Sink {
  let said = false;
  const safely = (work: () => void): void => {
    try {
      work();
    } catch (thrown) {
      if (!said) log('error', 'a sink throws; records are being lost', { sink: sink.name, reason: messageOf(thrown) });
      said = true;
    }
  };
  return {
    name: sink.name,
    write: (record) => safely(() => sink.write(record)),
    ...(sink.access && { access: (record) => safely(() => sink.access?.(record)) }),
    flush: () => sink.flush(),
  };
}
