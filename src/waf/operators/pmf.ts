import { defineOperator } from '../operator.ts';
import { phrasesFromFiles } from '../phrase-files.ts';

/** ModSecurity v2 reference manual, `@pmf`: a short name for `@pmFromFile`. */
export default defineOperator({
  name: 'pmf',
  says: 'The same as pmFromFile.',
  examples: [
    { argument: 'words.data', value: 'x UNION y', matches: true, captures: ['UNION'] },
    { argument: 'words.data', value: 'comment', matches: false },
    { argument: 'words.data', value: 'group   by', matches: false },
    { argument: 'words.data more.data', value: 'sleep', matches: true },
  ],
  compile: phrasesFromFiles,
});
