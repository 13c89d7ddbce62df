import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { Sallyport, SallyportWebAcl } from '../../src/cdk/index.ts';
import { mostBody } from '../../src/cdk/most-body.ts';
import { parseDocument } from '../../src/config/parse.ts';

process.env['CDK_VALIDATION'] = 'false';

type Rules = readonly { readonly Name: string; readonly Statement: { ManagedRuleGroupStatement?: object } }[];
const origins = { main: { url: 'https://origin.example.com' } };
const stackOf = (document: object, id = 'S'): Template => {
  const stack = new Stack(new App(), id, { env: { region: 'us-east-1' } });
  new Sallyport(stack, 'All', { document: { origins, ...document }, webAcl: true });
  return Template.fromStack(stack);
};
const coreOf = (template: Template): object | undefined => {
  const [acl] = Object.values(template.findResources('AWS::WAFv2::WebACL')) as { Properties: { Rules: Rules } }[];
  return acl?.Properties.Rules.find(({ Name }) => Name === 'AWSManagedRulesCommonRuleSet')?.Statement
    .ManagedRuleGroupStatement;
};
const routes = (bodyBytes?: string | number): object => ({
  routes: { 'POST /in': { to: 'main', ...(bodyBytes !== undefined && { bodyBytes }) } },
});
const group = { VendorName: 'AWS', Name: 'AWSManagedRulesCommonRuleSet' };
const counted = { ...group, RuleActionOverrides: [{ Name: 'SizeRestrictions_BODY', ActionToUse: { Count: {} } }] };

describe('AWS’s core rule set blocks bodies above 8 KB', () => {
  it.each([
    ['the document’s own default is above', routes(), counted],
    ['a route says more', routes(8193), counted],
    ['every route says 8 KB or less', routes('8kb'), group],
    ['a REST API says nothing', { apis: { shop: { kind: 'rest', routes: { 'POST /in': { to: 'main' } } } } }, counted],
    [
      'a REST API says less',
      { apis: { shop: { kind: 'rest', routes: { 'POST /in': { to: 'main', bodyBytes: '4kb' } } } } },
      group,
    ],
    ['a document’s edge', { ...routes(), edge: { behaviours: [{ path: '*', origin: 'main' }] } }, counted],
  ])('%s', (_, document, like) => expect(coreOf(stackOf(document))).toEqual(like));

  it('a list of one’s own is AWS’s until it is told of longer bodies', () => {
    const make = (props: object): object | undefined => {
      const stack = new Stack(new App(), 'S');
      new SallyportWebAcl(stack, 'Acl', { scope: 'REGIONAL', ...props });
      return coreOf(Template.fromStack(stack));
    };
    expect(make({})).toEqual(group);
    expect(make({ bodyBytes: 8192 })).toEqual(group);
    expect(make({ bodyBytes: 8193 })).toEqual(counted);
  });

  it.each([
    [{}, 10 * 1024 * 1024],
    [{ listen: { limits: { bodyBytes: '4kb' } } }, 4096],
    [{ ...routes('2kb'), listen: { limits: { bodyBytes: '4kb' } } }, 2048],
    [{ ...routes('2kb'), edge: { behaviours: [{ path: '*', origin: 'main' }] } }, 10 * 1024 * 1024],
    [
      {
        apis: { shop: { kind: 'rest', routes: { 'POST /in': { to: 'main' } } } },
        listen: { limits: { bodyBytes: '4kb' } },
      },
      4096,
    ],
  ])('most of %j: %i', (given, bytes) => {
    const { document, issues } = parseDocument({ origins, ...given });
    expect(issues).toEqual([]);
    expect(document && mostBody(document)).toBe(bytes);
  });
});

describe('metrics of two stacks', () => {
  const namesOf = (id: string): readonly string[] => {
    const template = stackOf({ name: 'shop: $mine*', ...routes() }, id);
    const acls = Object.values(template.findResources('AWS::WAFv2::WebACL')) as {
      Properties: { VisibilityConfig: { MetricName: string } };
    }[];
    const filters = Object.values(template.findResources('AWS::Logs::MetricFilter')) as {
      Properties: { MetricTransformations: { MetricName: string }[] };
    }[];
    const acl = acls.map((each) => each.Properties.VisibilityConfig.MetricName);
    const refusals = filters.flatMap((each) => each.Properties.MetricTransformations.map((one) => one.MetricName));
    expect([acl.length, refusals.length > 0]).toEqual([1, true]);
    for (const name of acl) {
      expect(name).toMatch(/^[\w-]{1,128}$/);
      // The alarm looks where the list counts.
      template.hasResourceProperties('AWS::CloudWatch::Alarm', {
        Namespace: 'AWS/WAFV2',
        Dimensions: [
          { Name: 'Rule', Value: 'ALL' },
          { Name: 'WebACL', Value: name },
        ],
      });
    }
    for (const name of refusals) {
      expect(name).toMatch(/^[^:*$]{1,255}$/);
      expect(JSON.stringify(template.findResources('AWS::CloudWatch::Dashboard'))).toContain(name);
    }
    return [...acl, ...refusals];
  };
  it('of one document have names of their own, which AWS takes', () => {
    const one = namesOf('One');
    const two = namesOf('Two');
    expect(one.filter((name) => two.includes(name))).toEqual([]);
  });
});
