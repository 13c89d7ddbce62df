import type { Transaction } from './transaction.ts';

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

export interface FieldDefinition {
  /** In upper case, as rules spell it. */
  readonly name: string;
  readonly says: string;
  readonly lifetime: Lifetime;
  /** Named values, so that a selector makes sense (`ARGS:user`). */
  readonly keyed: boolean;
  read(transaction: Transaction): readonly FieldValue[];
  /** The values of one name (in lower case), where that is cheaper than reading all. */
  find?(transaction: Transaction, key: string): readonly FieldValue[];
  /** The values whose names pass, where that is cheaper than reading all. */
  select?(transaction: Transaction, test: (key: string) => boolean): readonly FieldValue[];
}

export function defineField(definition: FieldDefinition): FieldDefinition {
  return definition;
}

/** A field of exactly one value. */
export function defineValue(
  name: string,
  lifetime: Lifetime,
  says: string,
  value: (transaction: Transaction) => string | number,
): FieldDefinition {
  return {
    name,
    says,
    lifetime,
    keyed: false,
    read: (transaction) => [{ name, key: '', value: String(value(transaction)) }],
  };
}

/** A field of named values. */
export function definePairs(
  name: string,
  lifetime: Lifetime,
  says: string,
  pairs: (transaction: Transaction) => readonly (readonly [key: string, value: string])[],
): FieldDefinition {
  return {
    name,
    says,
    lifetime,
    keyed: true,
    read: (transaction) => pairs(transaction).map(([key, value]) => ({ name: `${name}:${key}`, key, value })),
  };
}
