import { defaultBodyLimits, type BodyLimits } from './bodies/body-view.ts';

/** `detect` judges and logs and refuses nothing. */
export type Mode = 'on' | 'detect' | 'off';

/** What becomes of a body that is longer than the limit: refused, or its first part judged and the rest let through. */
export type LimitAction = 'block' | 'inspect-first-part';

/** What a rule set says about the engine itself. Sizes in bytes, times in seconds. */
export interface Settings {
  readonly mode: Mode;
  readonly requestBody: boolean;
  readonly requestBodyLimit: number;
  /** The part of a body that is not uploaded files may be at most this long. */
  readonly requestBodyNoFilesLimit: number;
  readonly requestBodyLimitAction: LimitAction;
  readonly responseBody: boolean;
  readonly responseBodyLimit: number;
  readonly responseBodyLimitAction: LimitAction;
  /** Media types whose response bodies are read; parameters do not count. */
  readonly responseBodyTypes: readonly string[];
  readonly bodyLimits: BodyLimits;
  /**
   * Instructions that the patterns of one request may take together where no automaton can run them; about 40,000 are a
   * millisecond. What is cut off is refused.
   */
  readonly patternSteps: number;
  /** Between two arguments of a query or a form. */
  readonly argumentSeparator: string;
  /** Between two cookies. */
  readonly cookieSeparator: string;
  /** How long an entry of a persistent collection lives when no rule says otherwise. */
  readonly collectionTimeout: number;
  /** For each code point up to U+FFFF the byte that `%uHHHH` stands for, 0 where nothing is said; null for none. */
  readonly unicodeMap: Uint8Array | null;
  /** Names the application in `WEBAPPID`. */
  readonly webAppId: string;
}

export const defaultSettings: Settings = {
  mode: 'on',
  requestBody: true,
  requestBodyLimit: 13_107_200,
  requestBodyNoFilesLimit: 1_048_576,
  requestBodyLimitAction: 'block',
  responseBody: false,
  responseBodyLimit: 524_288,
  responseBodyLimitAction: 'inspect-first-part',
  responseBodyTypes: ['text/plain', 'text/html'],
  bodyLimits: defaultBodyLimits,
  patternSteps: 4_000_000,
  argumentSeparator: '&',
  cookieSeparator: ';',
  collectionTimeout: 3600,
  unicodeMap: null,
  webAppId: 'default',
};
