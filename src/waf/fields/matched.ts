import type { FieldDefinition, FieldValue } from '../field.ts';
import type { Transaction } from '../transaction.ts';

const live = (
  name: string,
  keyed: boolean,
  says: string,
  read: (transaction: Transaction) => readonly FieldValue[],
): FieldDefinition => ({ name, says, lifetime: 'moment', keyed, read });

export default [
  live('MATCHED_VAR', false, 'The value that hit last, after its transformations.', ({ matched }) => [
    { name: 'MATCHED_VAR', key: '', value: matched.value },
  ]),
  live('MATCHED_VAR_NAME', false, 'The full name of the value that hit last.', ({ matched }) => [
    { name: 'MATCHED_VAR_NAME', key: '', value: matched.name },
  ]),
  live('MATCHED_VARS', true, 'All values that hit in this chain so far.', ({ matchedVars }) =>
    matchedVars.map(({ name, value }) => ({ name: `MATCHED_VARS:${name}`, key: name, value })),
  ),
  live('MATCHED_VARS_NAMES', true, 'Full names of all values that hit in this chain so far.', ({ matchedVars }) =>
    matchedVars.map(({ name }) => ({ name: `MATCHED_VARS_NAMES:${name}`, key: name, value: name })),
  ),
] as const;
