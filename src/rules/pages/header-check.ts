import * as z from 'zod/mini';
import { byDefault, headerName, matcher, patternText } from '../../config/params.ts';
import { allow, defineRule, deny } from '../rule.ts';

/** Fields that must be there, must not be there, or must look a certain way. Every line of a repeated field is held to it. */
export default defineRule({
  name: 'header-check',
  says: 'Required and forbidden header fields, and patterns that their values must or must not match.',
  params: () => {
    const names = z.array(headerName());
    const fields = z.record(headerName(), patternText());
    return z.strictObject({
      required: byDefault(names, [], 'Fields that must be present.'),
      forbidden: byDefault(names, [], 'Fields that must be absent.'),
      match: byDefault(fields, {}, 'Field to pattern: where the field is present, each line must match.'),
      refuse: byDefault(fields, {}, 'Field to pattern: no line may match.'),
      single: byDefault(names, [], 'Fields that may stand there at most once.'),
    });
  },
  examples: [
    { params: { required: ['x-client'] }, request: { headers: { 'X-Client': 'web' } }, verdict: 'allow' },
    { params: { required: ['x-client'] }, request: {}, verdict: 'deny' },
    {
      params: { forbidden: ['x-original-url'] },
      request: { headers: { 'X-Original-URL': '/admin' } },
      verdict: 'deny',
    },
    {
      params: { match: { accept: '^application/json' } },
      request: { headers: { accept: 'application/json' } },
      verdict: 'allow',
    },
    {
      params: { match: { accept: '^application/json' } },
      request: { headers: { accept: 'text/html' } },
      verdict: 'deny',
    },
    {
      params: { refuse: { referer: 'evil' } },
      request: { headers: { referer: 'https://evil.example/' } },
      verdict: 'deny',
    },
    {
      params: { single: ['x-id'] },
      request: {
        headers: [
          ['x-id', '1'],
          ['X-Id', '2'],
        ],
      },
      verdict: 'deny',
    },
  ],
  check(params) {
    const lower = (names: readonly string[]): string[] => names.map((name) => name.toLowerCase());
    const required = lower(params.required);
    const forbidden = lower(params.forbidden);
    const single = lower(params.single);
    const match = Object.entries(params.match).map(
      ([name, pattern]) => [name.toLowerCase(), matcher(pattern)] as const,
    );
    const refused = Object.entries(params.refuse).map(
      ([name, pattern]) => [name.toLowerCase(), matcher(pattern)] as const,
    );
    return ({ headers }) => {
      for (const name of required) if (!headers.has(name)) return deny(`header "${name}" is missing`);
      for (const name of forbidden) if (headers.has(name)) return deny(`header "${name}" is not allowed here`);
      for (const name of single)
        if (headers.all(name).length > 1) return deny(`header "${name}" is there more than once`);
      for (const [name, ok] of match)
        if (!headers.all(name).every(ok)) return deny(`header "${name}" does not look as it must`);
      for (const [name, bad] of refused)
        if (headers.all(name).some(bad)) return deny(`header "${name}" looks as it must not`);
      return allow;
    };
  },
});
