/** Header fields in the order and spelling in which they came. */
export type HeaderPairs = readonly (readonly [name: string, value: string])[];

/** The least that the engine must be told about a request; `HttpRequest` of the house fits. */
export interface WafRequest {
  readonly method: string;
  /** As it stood in the request line, undecoded. */
  readonly target: string;
  /** `1.1`, `2`; whatever the request line said. */
  readonly version: string;
  readonly headers: Iterable<readonly [name: string, value: string]>;
}

/** The same with its headers at hand. */
export interface HeldRequest extends WafRequest {
  readonly headers: HeaderPairs;
}

export interface WafViewer {
  readonly address: string;
  readonly port?: number;
  readonly serverAddress?: string;
  readonly serverPort?: number;
  /** Two letters of ISO 3166, for `GEO:COUNTRY_CODE`. */
  readonly country?: string;
  /** The authenticated user, where somebody has asked already. */
  readonly user?: string;
}

export interface WafResponse {
  readonly status: number;
  readonly headers: HeaderPairs;
}

/** The first value of a header; null when there is none. */
export function headerOf(headers: HeaderPairs, name: string): string | null {
  for (const [key, value] of headers) if (key.length === name.length && key.toLowerCase() === name) return value;
  return null;
}

export interface TargetParts {
  /** Up to `?` or `#`, without scheme and authority. */
  readonly path: string;
  /** Without its `?`; null when there is none. */
  readonly query: string | null;
  /** Path and query; what stands before the path is gone, and so is the fragment. */
  readonly uri: string;
}

/** Takes a request target apart without decoding anything. */
export function partsOf(target: string): TargetParts {
  const hash = target.indexOf('#');
  const bare = hash < 0 ? target : target.slice(0, hash);
  const question = bare.indexOf('?');
  let path = question < 0 ? bare : bare.slice(0, question);
  const query = question < 0 ? null : bare.slice(question + 1);
  const absolute = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/]*/.exec(path);
  if (absolute) path = path.slice(absolute[0].length) || '/';
  return { path, query, uri: query === null ? path : `${path}?${query}` };
}
