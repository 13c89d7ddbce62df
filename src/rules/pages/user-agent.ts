import * as z from 'zod/mini';
import { byDefault, matcher, patternText } from '../../config/params.ts';
import { allow, count, defineRule, deny } from '../rule.ts';

/** Command-line scanners that announce themselves; anybody can send another name, so this only keeps the noise down. */
export const scanners = [
  'sqlmap',
  'nikto',
  'nmap',
  'masscan',
  'zgrab',
  'gobuster',
  'dirbuster',
  'wpscan',
  'nuclei',
  'acunetix',
  'nessus',
  'openvas',
  'havij',
  'w3af',
];

export default defineRule({
  name: 'user-agent',
  says: 'Denies or counts requests by their User-Agent: known scanners, your own patterns, or none at all.',
  params: () => {
    const patterns = z.array(patternText());
    return z.strictObject({
      required: byDefault(z.boolean(), true, 'True: a request without a User-Agent is denied.'),
      scanners: byDefault(z.boolean(), true, 'True: tools that announce themselves as scanners are denied.'),
      deny: byDefault(patterns, [], 'Patterns, without regard to case.'),
      allow: byDefault(patterns, [], 'Patterns that are let through before anything else is looked at.'),
      count: byDefault(patterns, [], 'Patterns that are only counted.'),
    });
  },
  examples: [
    { params: {}, request: { headers: { 'User-Agent': 'curl/8.5.0' } }, verdict: 'allow' },
    { params: {}, request: {}, verdict: 'deny' },
    { params: { required: false }, request: {}, verdict: 'allow' },
    { params: {}, request: { headers: { 'User-Agent': 'sqlmap/1.8#stable' } }, verdict: 'deny' },
    { params: { deny: ['^python-'] }, request: { headers: { 'User-Agent': 'Python-requests/2' } }, verdict: 'deny' },
    {
      params: { allow: ['^nuclei/our-own'] },
      request: { headers: { 'User-Agent': 'nuclei/our-own' } },
      verdict: 'allow',
    },
    { params: { count: ['bot'] }, request: { headers: { 'User-Agent': 'SomeBot/1' } }, verdict: 'count' },
  ],
  check(params) {
    const allowed = params.allow.map((pattern) => matcher(pattern, true));
    const denied = params.deny.map((pattern) => matcher(pattern, true));
    const counted = params.count.map((pattern) => matcher(pattern, true));
    return ({ headers }) => {
      const agent = headers.get('user-agent') ?? '';
      if (agent === '') return params.required ? deny('there is no User-Agent') : allow;
      if (allowed.some((ok) => ok(agent))) return allow;
      const lower = agent.toLowerCase();
      const scanner = params.scanners ? scanners.find((name) => lower.includes(name)) : undefined;
      if (scanner) return deny(`the User-Agent names the scanner ${scanner}`);
      if (denied.some((bad) => bad(agent))) return deny('the User-Agent matches a denied pattern');
      if (counted.some((seen) => seen(agent))) return count('the User-Agent matches a counted pattern');
      return allow;
    };
  },
});
