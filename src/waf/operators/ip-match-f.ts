import { inBlocks } from '../address-blocks.ts';
import { defineOperator } from '../operator.ts';
import { fileNames } from '../phrase-files.ts';
import { fileLines } from '../phrase-text.ts';

/** ModSecurity v2 reference manual, `@ipMatchF`: a short name for `@ipMatchFromFile`. */
export default defineOperator({
  name: 'ipMatchF',
  says: 'The same as ipMatchFromFile.',
  examples: [
    { argument: 'addresses.data', value: '192.0.2.77', matches: true, captures: ['192.0.2.77'] },
    { argument: 'addresses.data', value: '2001:db8::1', matches: true },
    { argument: 'addresses.data', value: '198.51.100.1', matches: false },
  ],
  compile: (argument, context) => inBlocks(fileNames(argument).flatMap((file) => fileLines(context.readFile(file)))),
});
