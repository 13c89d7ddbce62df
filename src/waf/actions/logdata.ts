import { defineFact } from '../action.ts';
import { parseTemplate } from '../macro.ts';

export default defineFact({
  name: 'logdata',
  says: 'Evidence for the log; macros are filled in.',
  argument: 'required',
  examples: [{ text: "logdata:'%{MATCHED_VAR}'" }],
  note(facts, argument, place) {
    facts.logData = parseTemplate(argument, place);
  },
});
