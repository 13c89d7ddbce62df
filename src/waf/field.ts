import type { FieldValue, Lifetime } from './field-value.ts';
import type { Transaction } from './transaction.ts';

export type { FieldValue, Lifetime } from './field-value.ts';

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
