import { describe, expect, it } from 'vitest';
import { readSecLang } from '../waf/forms/seclang/read.ts';
import { firewallPlan } from './firewall-plan.ts';

const read = (rules: readonly string[]) =>
  readSecLang(
    [
      {
        file: '/etc/rules/own.conf',
        text: rules.map((rule, at) => `SecRule ${rule.replace('ID', String(at + 1))}`).join('\n'),
      },
    ],
    {
      onError(error) {
        throw error;
      },
    },
  );

const cases = [
  ['the head', 'REQUEST_HEADERS "@rx x" "id:ID,phase:1,deny"', 'whole', 'whole'],
  ['query or body', 'ARGS "@rx x" "id:ID,phase:2,deny"', 'partly', 'whole'],
  ['a header or the body', 'REQUEST_BODY|REQUEST_URI "@rx x" "id:ID,phase:2,deny"', 'partly', 'whole'],
  ['the body', 'REQUEST_BODY "@rx x" "id:ID,phase:2,deny"', 'none', 'whole'],
  ['uploaded files', 'FILES_NAMES "@rx x" "id:ID,phase:2,deny"', 'none', 'whole'],
  ['the answer', 'RESPONSE_STATUS "@streq 500" "id:ID,phase:3,deny"', 'none', 'whole'],
  ['a score', 'TX:score "@gt 5" "id:ID,phase:2,deny"', 'whole', 'whole'],
] as const;

describe('which rules of the firewall see what they judge', () => {
  it.each(cases)('%s', (_, rule, atAuthorizer, inFunction) => {
    const set = read([rule]);
    const none = { file: 'own.conf', rules: 1, whole: 0, partly: 0, none: 0 };
    expect(firewallPlan(set, ['authorizer']).files).toEqual([{ ...none, [atAuthorizer]: 1 }]);
    expect(firewallPlan(set, ['web-acl', 'authorizer', 'function']).files).toEqual([{ ...none, [inFunction]: 1 }]);
  });
  it('says what is lost, and what to do instead', () => {
    const set = read(cases.map(([, rule]) => rule));
    const { mount, error } = firewallPlan(set, ['authorizer']);
    expect(mount).toBe('authorizer');
    expect(error).toMatch(/2 rules would see queries but no bodies, and 3 nothing.*Instead:.*protect\(\)/);
    expect(firewallPlan(set, ['function']).error).toBeNull();
    // A viewer request of Lambda@Edge has no answer yet.
    expect(firewallPlan(set, ['web-acl', 'edge-viewer']).error).toMatch(/0 rules.*and 1 nothing/);
  });
});
