import type { FieldDefinition } from '../field.ts';

const collection = (name: string, says: string): FieldDefinition => ({
  name,
  says,
  lifetime: 'moment',
  keyed: true,
  read: (transaction) => {
    const variables = transaction.variables(name);
    if (variables === null) return [];
    return [...variables.all(transaction.now)].map(([key, value]) => ({ name: `${name}:${key}`, key, value }));
  },
  select: (transaction, test) =>
    (transaction.variables(name)?.matching(test, transaction.now) ?? []).map(([key, value]) => ({
      name: `${name}:${key}`,
      key,
      value,
    })),
  find: (transaction, key) => {
    const value = transaction.variables(name)?.get(key, transaction.now);
    return value === undefined ? [] : [{ name: `${name}:${key}`, key, value }];
  },
});

export default [
  collection('TX', 'What rules have noted about this request, and `TX:0` to `TX:9`, the last captures.'),
  collection('IP', 'What rules have noted about this address, once `initcol:ip` has opened it.'),
  collection('GLOBAL', 'What rules have noted for all requests, once `initcol:global` has opened it.'),
  collection('SESSION', 'What rules have noted about this session, once `setsid` has opened it.'),
  collection('USER', 'What rules have noted about this user, once `setuid` has opened it.'),
  collection('RESOURCE', 'What rules have noted about this resource, once `initcol:resource` has opened it.'),
] as const;
