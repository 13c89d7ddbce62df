import type { FieldDefinition } from '../field.ts';
import type { Transaction } from '../transaction.ts';

const two = (number: number): string => String(number).padStart(2, '0');

const moment = (
  name: string,
  says: string,
  value: (date: Date, transaction: Transaction) => string | number,
): FieldDefinition => ({
  name,
  says,
  lifetime: 'moment',
  keyed: false,
  read: (transaction) => [{ name, key: '', value: String(value(new Date(transaction.now), transaction)) }],
});

export default [
  moment('TIME', 'The time of day in UTC, as hh:mm:ss.', (date) => date.toISOString().slice(11, 19)),
  moment('TIME_DAY', 'The day of the month, 1 to 31.', (date) => date.getUTCDate()),
  moment('TIME_EPOCH', 'Seconds since 1970.', (date) => Math.floor(date.getTime() / 1000)),
  moment('TIME_HOUR', 'The hour in UTC, 0 to 23.', (date) => date.getUTCHours()),
  moment('TIME_MIN', 'The minute, 0 to 59.', (date) => date.getUTCMinutes()),
  moment('TIME_MON', 'The month, 0 to 11.', (date) => date.getUTCMonth()),
  moment('TIME_SEC', 'The second, 0 to 59.', (date) => date.getUTCSeconds()),
  moment('TIME_WDAY', 'The day of the week, 0 for Sunday.', (date) => date.getUTCDay()),
  moment('TIME_YEAR', 'The year.', (date) => date.getUTCFullYear()),
  moment(
    'TIME_DATE',
    'The date in UTC, as yyyy-mm-dd.',
    (date) => `${date.getUTCFullYear()}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`,
  ),
  moment('DURATION', 'Microseconds since the request began.', (date, { started }) => (date.getTime() - started) * 1000),
] as const;
