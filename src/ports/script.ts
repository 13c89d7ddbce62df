/** What a function says through `cf` about the origin; the fields are CloudFront's and not checked here. */
export type ScriptChoice =
  | { readonly kind: 'update'; readonly origin: unknown }
  | { readonly kind: 'select'; readonly id: string; readonly origin: unknown }
  | { readonly kind: 'group'; readonly ids: readonly string[]; readonly statusCodes: readonly unknown[] };

/** Runs a small script to its end, at once: a CloudFront function. */
export type ScriptOutcome =
  | {
      readonly kind: 'answer';
      readonly value: unknown;
      /** Where the request shall go, if the function said so. */ readonly origin: ScriptChoice | null;
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
  /** Milliseconds since 1970: when the KeyValueStore was loaded. */
  readonly now: number;
}

/** Throws when the script does not compile. */
export type OpenScript = (options: ScriptOptions) => Script;
