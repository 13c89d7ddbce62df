/** One value that rules can read, as a byte string. */
export interface FieldValue {
  /** As `MATCHED_VAR_NAME` says it, e.g. `ARGS:user` or `REQUEST_METHOD`. */
  readonly name: string;
  /** What selectors look at, as it came; '' for a field that has one value only. */
  readonly key: string;
  readonly value: string;
  /** The value after each chain of transformations, filled when first asked for; by the chain's number in the program. */
  steps?: (string | undefined)[];
}

/**
 * How long what was read stays true: for the whole request, until the request's body has been read, until the
 * response's head or body came, or not at all.
 */
export type Lifetime = 'request' | 'request-body' | 'response-head' | 'response-body' | 'moment';
