import { inBlocks } from '../address-blocks.ts';
import { defineOperator } from '../operator.ts';

/** ModSecurity v2 reference manual, `@ipMatch`: addresses and CIDR blocks of both families between commas. */
export default defineOperator({
  name: 'ipMatch',
  says: 'The value is an IP address inside one of several addresses or CIDR blocks.',
  examples: [
    { argument: '127.0.0.1,::1', value: '127.0.0.1', matches: true, captures: ['127.0.0.1'] },
    { argument: '10.0.0.0/8, 2001:db8::/32', value: '2001:db8:1::9', matches: true },
    { argument: '10.0.0.0/8,10.1.0.0/16', value: '10.200.3.4', matches: true },
    { argument: '10.0.0.0/8', value: '11.0.0.1', matches: false },
    { argument: '10.0.0.0/8', value: 'localhost', matches: false },
  ],
  compile: (argument) =>
    inBlocks(
      argument
        .split(',')
        .map((text) => text.trim())
        .filter((text) => text !== ''),
    ),
});
