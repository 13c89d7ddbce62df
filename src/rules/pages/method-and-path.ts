import * as z from 'zod/mini';
import { wildcard } from '../../base/match.ts';
import { byDefault, matcher, optional, patternText } from '../../config/params.ts';
import { allow, defineRule, deny } from '../rule.ts';

/** What may be asked for. Paths are compared in their decoded form, so another spelling of the same path is no way around. */
export default defineRule({
  name: 'method-and-path',
  says: 'Allowed methods, and paths that are allowed or denied by wildcard or pattern.',
  params: () => {
    const paths = z.array(z.string().check(z.startsWith('/', { error: 'wanted a path that begins with "/"' })));
    return z.strictObject({
      methods: optional(
        z.array(z.string().check(z.regex(/^[A-Z]+$/, { error: 'wanted a method in capitals' }))).check(z.minLength(1)),
        'Only these methods.',
      ),
      allow: optional(paths.check(z.minLength(1)), 'Only these paths; `*` is any run of characters.'),
      deny: byDefault(paths, [], 'Not these paths, even if allowed above.'),
      denyPattern: optional(patternText(), 'No path that matches this regular expression.'),
    });
  },
  examples: [
    { params: { methods: ['GET'] }, request: { method: 'GET' }, verdict: 'allow' },
    { params: { methods: ['GET'] }, request: { method: 'DELETE' }, verdict: 'deny' },
    { params: { deny: ['/admin*'] }, request: { target: '/admin/users' }, verdict: 'deny' },
    { params: { deny: ['/admin*'] }, request: { target: '/%61dmin/users' }, verdict: 'deny' },
    { params: { deny: ['/admin*'] }, request: { target: '/orders' }, verdict: 'allow' },
    { params: { allow: ['/orders/*'] }, request: { target: '/files/1' }, verdict: 'deny' },
    { params: { denyPattern: '\\.(?:env|git)' }, request: { target: '/.env' }, verdict: 'deny' },
  ],
  check(params) {
    const methods = params.methods ? new Set(params.methods) : null;
    const allowed = params.allow?.map((pattern) => wildcard(pattern)) ?? null;
    const denied = params.deny.map((pattern) => wildcard(pattern));
    const bad = params.denyPattern ? matcher(params.denyPattern) : null;
    return ({ method, path }) => {
      if (methods && !methods.has(method)) return deny('the method is not allowed here', 405);
      if (denied.some((pattern) => pattern.test(path)) || bad?.(path)) return deny('the path is denied');
      if (allowed && !allowed.some((pattern) => pattern.test(path))) return deny('the path is not on the list');
      return allow;
    };
  },
});
