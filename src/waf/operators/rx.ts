import { defineOperator } from '../operator.ts';
import { patternMatcher } from '../regex/pattern-matcher.ts';

export default defineOperator({
  name: 'rx',
  says: 'The value matches a regular expression, anywhere unless it is anchored; groups can be captured.',
  examples: [
    { argument: '(?i)un(io)n\\s+select', value: 'x UNION  SELECT y', matches: true, captures: ['UNION  SELECT', 'IO'] },
    { argument: '^.*$', value: 'a\nb', matches: true, captures: ['a\nb'] },
    { argument: '^[a-z]+$', value: 'letters', matches: true, captures: ['letters'] },
    { argument: '^[a-z]+$', value: 'letters\n', matches: false },
    { argument: 'a.b', value: 'a\nb', matches: true },
    { argument: '\\bcat\\b', value: 'concatenate', matches: false },
  ],
  compile: (argument, context) => patternMatcher('rx', argument, context),
});
