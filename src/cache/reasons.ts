import { defineReasons } from '../trace/reason.ts';

export const reasons = defineReasons('cache', {
  'only-if-cached': [504, 'The request allows only a stored answer, and none can be used.'],
});
