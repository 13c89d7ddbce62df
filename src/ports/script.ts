/** Runs a small script to its end, at once: a CloudFront function. */
export type ScriptOutcome =
  | {
      readonly kind: 'answer';
      readonly value: unknown;
      /** What `cf.updateRequestOrigin` was told, if it was. */ readonly origin: unknown;
      readonly log: readonly string[];
    }
  | { readonly kind: 'error'; readonly says: string; readonly log: readonly string[] };

export interface Script {
  /** The event as JSON can hold it; `rawQuery` is what `rawQueryString()` gives, null for none. */
  run(event: unknown, rawQuery: string | null): ScriptOutcome;
}

export interface ScriptOptions {
  readonly name: string;
  readonly code: string;
  /** The KeyValueStore that is associated; null for none. */
  readonly store: Readonly<Record<string, string>> | null;
  readonly timeoutMs: number;
}

/** Throws when the script does not compile. */
export type OpenScript = (options: ScriptOptions) => Script;
