import type { Clock } from '../base/clock.ts';
import type { BucketStore } from './buckets.ts';
import type { CounterStore } from './counters.ts';
import type { Digest } from './digest.ts';
import type { OpenDialer } from './dialer.ts';
import type { DocumentSource } from './documents.ts';
import type { FetchJson } from './fetch-json.ts';
import type { OpenFolder } from './folder.ts';
import type { OpenFunction } from './invoker.ts';
import type { RecordStore } from './records.ts';
import type { RuleFilesPort } from './rule-files.ts';
import type { Sink } from './sink.ts';

/** Everything a line needs from outside. A shell hands it in; a test hands in what it likes. */
export interface Ports {
  readonly clock: Clock;
  readonly digest: Digest;
  readonly buckets: BucketStore;
  readonly counters: CounterStore;
  readonly records: RecordStore;
  readonly openDialer: OpenDialer;
  /** Opens the source named in `rules: { from: ... }`, relative to the document. */
  openDocument(use: string, options: Readonly<Record<string, unknown>>): DocumentSource;
  /** Text of a file that the document names, relative to the document. Throws when it cannot be read. */
  readFile(path: string): string;
  /** Files of firewall rules, relative to the document. */
  readonly ruleFiles: RuleFilesPort;
  /** Somebody's handler, by its file relative to the document. */
  readonly openFunction: OpenFunction;
  /** A folder of files, relative to the document. */
  readonly openFolder: OpenFolder;
  readonly fetchJson: FetchJson;
  /** A secret by name; null when there is none. */
  secret(name: string): string | null;
  readonly sinks: readonly Sink[];
  /** Something for the operator: a source that broke, a reload. Never holds secrets. */
  log(level: 'info' | 'warn' | 'error', says: string, facts?: Readonly<Record<string, unknown>>): void;
}
