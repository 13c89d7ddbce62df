import { defineFact } from '../action.ts';
import { parseTemplate } from '../macro.ts';

export default defineFact({
  name: 'msg',
  says: 'What the rule has to say; macros are filled in.',
  argument: 'required',
  examples: [{ text: "msg:'SQL injection'" }],
  note(facts, argument, place) {
    facts.message = parseTemplate(argument, place);
  },
});
