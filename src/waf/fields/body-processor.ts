import { defineValue, type FieldDefinition } from '../field.ts';
import type { Transaction } from '../transaction.ts';

const brokenCode = /%(?![0-9A-Fa-f]{2})/;

const failed = ({ body }: Transaction): number => (body.error === null ? 0 : 1);
const broken = ({ target, bodyProcessor, bodyText }: Transaction): number =>
  brokenCode.test(target.query ?? '') || (bodyProcessor === 'URLENCODED' && brokenCode.test(bodyText)) ? 1 : 0;
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
  defineValue('URLENCODED_ERROR', 'request-body', '1 when the query or a form has a broken percent code.', broken),
] as const;
