import { defineOperator } from '../operator.ts';
import { phrasesFromFiles } from '../phrase-files.ts';

/** ModSecurity v2 reference manual, `@pmFromFile`: a phrase a line, blanks at both ends dropped, `#` comments. */
export default defineOperator({
  name: 'pmFromFile',
  says: 'The value contains one of the phrases in a file, in any case of letters.',
  examples: [
    { argument: 'words.data', value: 'x UNION y', matches: true, captures: ['UNION'] },
    { argument: 'words.data', value: 'comment', matches: false },
    { argument: 'words.data', value: 'group   by', matches: false },
    { argument: 'words.data more.data', value: 'sleep', matches: true },
  ],
  compile: phrasesFromFiles,
});
