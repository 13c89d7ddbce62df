import { defineFact } from '../action.ts';
import { parseTemplate } from '../macro.ts';

export default defineFact({
  name: 'redirect',
  says: 'Sends the viewer elsewhere; macros are filled in.',
  argument: 'required',
  starterOnly: true,
  examples: [{ text: 'redirect:https://example.com/no' }],
  note(facts, argument, place) {
    facts.disruption = { kind: 'redirect', location: parseTemplate(argument, place) };
  },
});
