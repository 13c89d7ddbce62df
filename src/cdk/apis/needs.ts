import type { Document } from '../../config/document.ts';
import { pathText } from '../../config/issues.ts';
import type { GatewayApiDocument } from '../../config/apis.ts';
import { registry } from '../../pipeline/registry.ts';

/** A rule as far as it matters for where it can run. */
export interface KnownRule {
  readonly name: string;
  readonly needs?: 'body' | 'head' | undefined;
}

/** What a construct is given beside the document. */
export interface ApisGiven {
  /** Rules of the user's own, with what they need. */
  readonly rules: readonly KnownRule[];
  readonly vpc: boolean;
  readonly webAcl: boolean;
  /** By host name: what there is a certificate for. */
  readonly domains: Readonly<Record<string, unknown>>;
}

/** What the rules and the firewall of one API ask of the place that they run in. */
export interface RuleNeeds {
  /** Is there anything that judges this API's requests? */
  readonly any: boolean;
  /** Why a REQUEST authorizer, which is shown no body, cannot carry them; null where it can. */
  readonly body: string | null;
  /** Why only a function with the whole line can; null where the rules alone will do. */
  readonly line: string | null;
}

export function ruleNeeds(
  document: Document,
  name: string,
  api: GatewayApiDocument,
  own: readonly KnownRule[],
  errors: string[],
): RuleNeeds {
  const map = api.rules ? (document.rules.map ?? {}) : {};
  const known = new Map([...registry().rules.values(), ...own].map((rule): [string, KnownRule] => [rule.name, rule]));
  const calls = Object.entries(map).flatMap(([resource, chain]) => chain.map((call) => ({ resource, ...call })));
  for (const call of calls)
    if (!known.has(call.name))
      errors.push(
        `${pathText(['rules', 'map', call.resource])}: there is no rule "${call.name}": give the file that defines it among \`modules\``,
      );
  const reading = calls.find((call) => known.get(call.name)?.needs === 'body');
  const sourced = api.rules && document.rules.from !== undefined;
  const said = typeof api.waf === 'object' ? api.waf : undefined;
  const firewall = document.waf !== undefined && api.waf !== false && (said?.mode ?? document.waf.mode) !== 'off';
  return {
    any: calls.length > 0 || sourced || firewall || document.tenants !== undefined,
    body: reading
      ? `${pathText(['rules', 'map', reading.resource])}: ${reading.name} reads the body`
      : firewall
        ? 'waf: the firewall judges bodies'
        : null,
    line: document.tenants
      ? 'tenants: only the line knows them'
      : firewall && said
        ? `${pathText(['apis', name, 'waf'])}: only the line reads what an API says of the firewall`
        : firewall && document.waf?.exclusions.some((each) => each.paths !== undefined)
          ? 'waf.exclusions: only the line reads their paths'
          : null,
  };
}
