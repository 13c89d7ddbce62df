import { defineReasons } from '../trace/reason.ts';

export const reasons = defineReasons('rules', {
  denied: [403, 'A rule of the chain for this resource denied the request.'],
  broken: [500, 'A rule threw or did not answer in time, and the document says that this closes the door.'],
});
