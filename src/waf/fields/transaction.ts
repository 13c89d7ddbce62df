import { definePairs, defineValue, type FieldDefinition } from '../field.ts';
import { written } from '../macro.ts';
import type { Transaction } from '../transaction.ts';

const keyOf = (name: string, collection: string, says: string): FieldDefinition => ({
  name,
  says,
  lifetime: 'moment',
  keyed: false,
  read: (transaction) => [{ name, key: '', value: transaction.collections.get(collection)?.key ?? '' }],
});

const rule: FieldDefinition = {
  ...definePairs(
    'RULE',
    'moment',
    'The rule that is running: `RULE:id`, `RULE:msg`, `RULE:severity`, `RULE:rev`, `RULE:logdata`.',
    ({ rule }: Transaction) =>
      rule === null
        ? []
        : ([
            ['id', rule.id],
            ['msg', rule.message ? written(rule.message) : ''],
            ['severity', String(rule.severity ?? '')],
            ['rev', rule.revision ?? ''],
            ['logdata', rule.logData ? written(rule.logData) : ''],
          ] as const),
  ),
};

export default [
  defineValue('UNIQUE_ID', 'request', 'A word that no other request has.', ({ id }) => id),
  defineValue(
    'WEBAPPID',
    'request',
    'The name of the application, from `SecWebAppId`.',
    ({ settings }) => settings.webAppId,
  ),
  defineValue(
    'MODSEC_BUILD',
    'request',
    'The version whose rules this engine understands, as a number.',
    () => '020907000',
  ),
  {
    ...defineValue(
      'HIGHEST_SEVERITY',
      'moment',
      'The gravest severity of any match so far; 255 before the first.',
      (transaction) => transaction.highestSeverity,
    ),
  },
  keyOf('SESSIONID', 'SESSION', 'The key of the open session.'),
  keyOf('USERID', 'USER', 'The key of the open user.'),
  rule,
] as const;
