import { inBlocks } from '../address-blocks.ts';
import { defineOperator } from '../operator.ts';
import { fileNames } from '../phrase-files.ts';
import { fileLines } from '../phrase-text.ts';

/** ModSecurity v2 reference manual, `@ipMatchFromFile`: an address or CIDR block a line, `#` comments. */
export default defineOperator({
  name: 'ipMatchFromFile',
  says: 'The value is an IP address inside one of the addresses or CIDR blocks in a file.',
  examples: [
    { argument: 'addresses.data', value: '192.0.2.77', matches: true, captures: ['192.0.2.77'] },
    { argument: 'addresses.data', value: '2001:db8::1', matches: true },
    { argument: 'addresses.data', value: '198.51.100.1', matches: false },
  ],
  compile: (argument, context) => inBlocks(fileNames(argument).flatMap((file) => fileLines(context.readFile(file)))),
});
