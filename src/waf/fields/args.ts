import type { Pair } from '../bodies/body-view.ts';
import { definePairs, defineValue, type FieldDefinition, type FieldValue } from '../field.ts';
import { queryArguments } from '../query-arguments.ts';
import type { Transaction } from '../transaction.ts';

const query = (transaction: Transaction): readonly Pair[] =>
  queryArguments(
    transaction.target.query ?? '',
    transaction.settings.argumentSeparator,
    transaction.settings.bodyLimits.count,
  );
const body = (transaction: Transaction): readonly Pair[] => transaction.body.args;
const both = (transaction: Transaction): readonly Pair[] => {
  const fromBody = body(transaction);
  return fromBody.length === 0 ? query(transaction) : [...query(transaction), ...fromBody];
};

type Source = (transaction: Transaction) => readonly Pair[];

const values = (name: string, lifetime: 'request' | 'request-body', says: string, from: Source): FieldDefinition =>
  definePairs(name, lifetime, says, (transaction) => from(transaction).map((pair) => [pair.name, pair.value] as const));

/** The names as values; each is also its own selector. */
const names = (name: string, says: string, from: FieldDefinition): FieldDefinition => ({
  name,
  says,
  lifetime: from.lifetime,
  keyed: true,
  read: (transaction) => transaction.read(from).map(({ key }) => ({ name: `${name}:${key}`, key, value: key })),
});

const combined = (pairs: readonly Pair[]): number =>
  pairs.reduce((sum, pair) => sum + pair.name.length + pair.value.length, 0);

/** The query's arguments and the body's, sharing what transformations have made of each value. */
const shared = (name: string, says: string, query: FieldDefinition, body: FieldDefinition): FieldDefinition => ({
  name,
  says,
  lifetime: 'request-body',
  keyed: true,
  read: (transaction): readonly FieldValue[] => {
    const left = transaction.read(query);
    const right = transaction.read(body);
    const all = right.length === 0 ? left : left.length === 0 ? right : [...left, ...right];
    return all.map((value) => ({
      name: `${name}:${value.key}`,
      key: value.key,
      value: value.value,
      steps: (value.steps ??= []),
    }));
  },
});

const get = values('ARGS_GET', 'request', 'Arguments of the query.', query);
const post = values('ARGS_POST', 'request-body', 'Arguments of the body: form fields, JSON values.', body);
const getNames = names('ARGS_GET_NAMES', 'Names of the arguments of the query.', get);
const postNames = names('ARGS_POST_NAMES', 'Names of the arguments of the body.', post);

export default [
  shared('ARGS', 'Arguments of the query and of the body, decoded once.', get, post),
  shared('ARGS_NAMES', 'Names of all arguments.', getNames, postNames),
  get,
  getNames,
  post,
  postNames,
  defineValue(
    'ARGS_COMBINED_SIZE',
    'request-body',
    'Bytes of all names and values of arguments together.',
    (transaction) => combined(both(transaction)),
  ),
] as const;
