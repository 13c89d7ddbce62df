import { defineValue, type FieldDefinition } from '../field.ts';
import type { Transaction } from '../transaction.ts';

const failed = ({ body }: Transaction): number => (body.error === null ? 0 : 1);
const reason = ({ body }: Transaction): string => body.error ?? '';

export default [
  {
    name: 'REQBODY_PROCESSOR',
    says: "Who reads the body: `URLENCODED`, `MULTIPART`, `JSON` or `XML`; '' for nobody.",
    // A rule of phase 1 may choose another one, so it is asked each time.
    lifetime: 'moment',
    keyed: false,
    read: ({ bodyProcessor }) => [{ name: 'REQBODY_PROCESSOR', key: '', value: bodyProcessor }],
  } satisfies FieldDefinition,
  defineValue('REQBODY_ERROR', 'request-body', '1 when the body could not be read.', failed),
  defineValue('REQBODY_ERROR_MSG', 'request-body', 'Why the body could not be read.', reason),
  defineValue('REQBODY_PROCESSOR_ERROR', 'request-body', '1 when the body could not be read.', failed),
  defineValue('REQBODY_PROCESSOR_ERROR_MSG', 'request-body', 'Why the body could not be read.', reason),
  defineValue(
    'URLENCODED_ERROR',
    'request-body',
    '1 when a form had a broken percent code.',
    ({ body }) => body.flags.get('URLENCODED_ERROR') ?? 0,
  ),
] as const;
