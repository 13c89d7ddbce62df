import { defineFact } from '../action.ts';
import { wholeWithin } from '../number-argument.ts';

const names = ['EMERGENCY', 'ALERT', 'CRITICAL', 'ERROR', 'WARNING', 'NOTICE', 'INFO', 'DEBUG'];

export default defineFact({
  name: 'severity',
  says: 'How grave a match is: 0 to 7 or EMERGENCY, ALERT, CRITICAL, ERROR, WARNING, NOTICE, INFO, DEBUG.',
  argument: 'required',
  examples: [{ text: "severity:'CRITICAL'" }, { text: 'severity:4' }, { text: 'severity:awful', refused: true }],
  note(facts, argument, place) {
    const named = names.indexOf(argument.toUpperCase());
    facts.severity = named >= 0 ? named : wholeWithin(argument, 0, 7, place);
  },
});
