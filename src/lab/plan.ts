import type { Document } from '../config/document.ts';
import type { Registry } from '../pipeline/registry.ts';
import { mountsFor, type Mount, type MountAnswer, type Needs } from '../waf/mounts.ts';
import type { RuleSet } from '../waf/rule.ts';
import { firewallPlan, type FirewallPlan } from './firewall-plan.ts';
import type { Front } from './fronts.ts';
import { nativeAcl, type NativeCall } from './native.ts';

/** Mounts of each front, in the order in which they are preferred: what AWS runs for us first, code later. */
const order: Readonly<Record<Front, readonly Mount[]>> = {
  'http-api': ['function'],
  'rest-api': ['web-acl', 'authorizer', 'function'],
  cloudfront: ['web-acl', 'edge-viewer', 'function'],
  authorizer: ['authorizer'],
  websocket: ['authorizer', 'function'],
  'load-balancer': ['web-acl', 'function'],
};

export interface PlannedRule {
  readonly resource: string;
  readonly rule: string;
  readonly needs: Needs;
  readonly mounts: readonly MountAnswer[];
  /** Null: no mount of this front can carry it. */
  readonly chosen: Mount | null;
  readonly why: string;
}

export interface Plan {
  readonly front: Front;
  readonly rules: readonly PlannedRule[];
  /** The document's rules in SecLang; null where it has none, or nobody read them. */
  readonly firewall: FirewallPlan | null;
  /** Rules that cannot run behind this front, each with what to do instead. */
  readonly errors: readonly string[];
  /** Units of the native part, as far as it is chosen. */
  readonly capacity: number;
  readonly notes: readonly string[];
}

const stateless: ReadonlySet<string> = new Set([
  'ip-set',
  'header-check',
  'method-and-path',
  'size-limits',
  'user-agent',
]);

/** Which part of a document runs where, and why. Pure: `set` are the firewall's rules, already read. */
export function plan(document: Document, registry: Registry, front: Front, set: RuleSet | null = null): Plan {
  const native = nativeAcl(document, registry.rules);
  const rules: PlannedRule[] = native.calls.map((call) => planned(call, registry, front));
  for (const [tenant, known] of Object.entries(document.tenants?.known ?? {})) {
    const own = nativeAcl({ name: document.name, rules: { ...document.rules, map: known.rules } }, registry.rules);
    for (const call of own.calls) {
      const reason = 'AWS WAF has no tenants';
      rules.push(
        planned(
          { ...call, resource: `${tenant}: ${call.resource}`, certainty: 'impossible', reasons: [reason] },
          registry,
          front,
        ),
      );
    }
  }
  const firewall = set && firewallPlan(set, order[front]);
  const errors = [
    ...rules.filter((rule) => rule.chosen === null).map((rule) => `${rule.resource}: ${rule.rule}: ${rule.why}`),
    ...(firewall?.error ? [firewall.error] : []),
  ];
  const chosen = new Set(rules.map((rule) => rule.chosen));
  const notes = [
    ...(front === 'http-api' || front === 'websocket'
      ? ['AWS WAF cannot be attached to HTTP and WebSocket APIs; put CloudFront in front to use it']
      : []),
    ...(chosen.has('authorizer')
      ? [
          'the authorizer must not be cached (TTL 0): a kept verdict would cover later requests of the same identity unread',
        ]
      : []),
    ...(chosen.has('web-acl')
      ? [`the web ACL would use about ${native.capacity} capacity units; AWS's CheckCapacity has the last word`]
      : []),
  ];
  return { front, rules, firewall, errors, capacity: chosen.has('web-acl') ? native.capacity : 0, notes };
}

function planned(call: NativeCall, registry: Registry, front: Front): PlannedRule {
  const definition = registry.rules.get(call.name);
  const needs: Needs = {
    body: definition?.needs === 'body',
    response: false,
    state: false,
    secret: call.name === 'hmac-signature',
    engine: !stateless.has(call.name),
  };
  const mounts = mountsFor(needs, call);
  const answers = order[front].map((mount) => mounts.find((each) => each.mount === mount) as MountAnswer);
  const chosen =
    answers.find((each) => each.can === 'yes') ??
    answers.find((each) => each.can === 'partly' && each.mount !== 'web-acl');
  const others = mounts
    .filter((each) => each.can === 'yes' && !order[front].includes(each.mount))
    .map((each) => each.mount);
  const why = chosen
    ? [
        chosen.why,
        ...answers.slice(0, answers.indexOf(chosen)).map((each) => `not ${each.mount}: ${each.why || 'only roughly'}`),
      ]
        .filter((text) => text !== '')
        .join('; ')
    : `${answers.map((each) => each.why).join('; ')}. Instead: ${alternatives(others)}`;
  return { resource: call.resource, rule: call.name, needs, mounts, chosen: chosen?.mount ?? null, why };
}

function alternatives(others: readonly Mount[]): string {
  const words: Readonly<Partial<Record<Mount, string>>> = {
    function: 'run it in the path: the http-api, rest-api or load-balancer door, or wrap the handler with protect()',
    'in-path': 'run Sallyport on a machine in front',
    'web-acl': 'put CloudFront or a REST API with an AWS WAF web ACL in front',
  };
  const known = others.flatMap((mount) => words[mount] ?? []);
  return known.length === 0 ? 'none is known' : known.join('; or ');
}
