import { defineEffect } from '../action.ts';
import { applyControl, readControl, type Control } from '../control.ts';

export default defineEffect<Control>({
  name: 'ctl',
  says: 'Changes the engine for this request: its mode, body reading, limits, and which rules or targets count.',
  argument: 'required',
  examples: [
    { text: 'ctl:ruleEngine=DetectionOnly' },
    { text: 'ctl:requestBodyProcessor=JSON' },
    { text: 'ctl:ruleRemoveById=942100-942199' },
    { text: 'ctl:ruleRemoveTargetByTag=attack-sqli;ARGS:text' },
    { text: 'ctl:ruleEngine=Perhaps', refused: true },
    { text: 'ctl:ruleRemoveTargetById=942100', refused: true },
    { text: 'ctl:hashEngine=On', refused: true },
  ],
  read: readControl,
  run: applyControl,
});
