import { defineReasons } from '../trace/reason.ts';

export const reasons = defineReasons('waf', {
  blocked: [403, 'A rule of the firewall refused the request or the answer to it; the trace names the rule.'],
  body: [
    413,
    'The body is longer than the firewall may hold, and the document says that it is not let through unread.',
  ],
  budget: [503, 'The patterns of a rule took longer than one request may, and were cut off; the trace names the rule.'],
  fault: [
    500,
    'A rule broke while it was run, and the document says that this closes the door; the trace names the rule.',
  ],
});
