import type { Mode } from '../settings.ts';

/** Rules, or single targets of them, that shall not count. Without a target the rules themselves are left out. */
export interface CrsExclusion {
  /** Rule ids and ranges, e.g. `942100` or `942000-942999`. */
  readonly rules?: string | number | readonly (string | number)[];
  /** A pattern found in one of the rules' tags, e.g. `attack-sqli`. */
  readonly tag?: string;
  /** e.g. `ARGS:text` or `REQUEST_COOKIES:/^_ga/`. */
  readonly target?: string;
  /** Only for requests whose path begins with one of these. */
  readonly paths?: readonly string[];
}

/** What one says about the rule set instead of editing `crs-setup.conf`. What is left out stays as the file has it. */
export interface CrsOptions {
  readonly mode?: Mode;
  /** 1 to 4: which rules may refuse. */
  readonly paranoia?: 1 | 2 | 3 | 4;
  /** 1 to 4, at least `paranoia`: which rules are run; those above `paranoia` only report. */
  readonly detectionParanoia?: 1 | 2 | 3 | 4;
  /** Scores from which a request or an answer is refused; 5 and 4 in the rule set itself. */
  readonly threshold?: { readonly inbound?: number; readonly outbound?: number };
  readonly earlyBlocking?: boolean;
  readonly allowedMethods?: readonly string[];
  /** Media types that a request may have. */
  readonly allowedContentTypes?: readonly string[];
  /** e.g. `HTTP/1.1`. */
  readonly allowedVersions?: readonly string[];
  /** With their dots, e.g. `.bak`. */
  readonly restrictedExtensions?: readonly string[];
  readonly limits?: {
    readonly arguments?: number;
    readonly argumentName?: number;
    readonly argumentValue?: number;
    readonly argumentsTotal?: number;
    readonly file?: number;
    readonly files?: number;
  };
  readonly validateUtf8?: boolean;
  /** Percent of requests that are judged at all. */
  readonly sampling?: number;
  /** Read response bodies, so that leaks can be found; on when nothing is said. */
  readonly responses?: boolean;
  /** Any other `tx.` variable of the rule set. */
  readonly variables?: Readonly<Record<string, string | number>>;
  readonly exclusions?: readonly CrsExclusion[];
}

/** The variables that options stand for, in both generations' words. */
export function variablesOf(options: CrsOptions): ReadonlyMap<string, string> {
  const set = new Map<string, string>();
  const put = (value: string | number | boolean | undefined, ...names: readonly string[]): void => {
    if (value === undefined) return;
    for (const name of names) set.set(name, typeof value === 'boolean' ? (value ? '1' : '0') : String(value));
  };
  const list = (
    words: readonly string[] | undefined,
    separator: string,
    wrap: (word: string) => string = (word) => word,
  ) => words?.map(wrap).join(separator);
  put(options.paranoia, 'blocking_paranoia_level', 'paranoia_level');
  put(options.detectionParanoia ?? options.paranoia, 'detection_paranoia_level', 'executing_paranoia_level');
  put(options.threshold?.inbound, 'inbound_anomaly_score_threshold');
  put(options.threshold?.outbound, 'outbound_anomaly_score_threshold');
  put(options.earlyBlocking, 'early_blocking');
  put(list(options.allowedMethods, ' '), 'allowed_methods');
  put(
    list(options.allowedContentTypes, ' ', (word) => `|${word}|`),
    'allowed_request_content_type',
  );
  put(list(options.allowedVersions, ' '), 'allowed_http_versions');
  put(
    list(options.restrictedExtensions, ' ', (word) => `${word}/`),
    'restricted_extensions',
  );
  put(options.limits?.arguments, 'max_num_args');
  put(options.limits?.argumentName, 'arg_name_length');
  put(options.limits?.argumentValue, 'arg_length');
  put(options.limits?.argumentsTotal, 'total_arg_length');
  put(options.limits?.file, 'max_file_size');
  put(options.limits?.files, 'combined_file_sizes');
  put(options.validateUtf8, 'crs_validate_utf8_encoding');
  put(options.sampling, 'sampling_percentage');
  for (const [name, value] of Object.entries(options.variables ?? {})) put(value, name);
  return set;
}
