import { fromBase64, latin1, utf8 } from '../../../base/bytes.ts';
import { isObject, named, text, wrong, type Json } from './shape.ts';

export type SearchStringEncoding = 'auto' | 'base64' | 'plain';

/** What a file turned out to be. */
export interface Found {
  /** Each as its own properties, in API spelling. */
  readonly acls: readonly Json[];
  readonly ruleGroups: readonly Json[];
  readonly ipSets: readonly Json[];
  readonly regexSets: readonly Json[];
  readonly encoding: 'base64' | 'plain';
  /** How the encoding was settled, in words. */
  readonly why: string;
}

const kinds: Readonly<Record<string, 'acls' | 'ruleGroups' | 'ipSets' | 'regexSets'>> = {
  'AWS::WAFv2::WebACL': 'acls',
  'AWS::WAFv2::RuleGroup': 'ruleGroups',
  'AWS::WAFv2::IPSet': 'ipSets',
  'AWS::WAFv2::RegexPatternSet': 'regexSets',
};

/** Keys below which names are the user's own and keep their case. */
const ownNames = new Set(['CustomResponseBodies', 'RequestBody']);

/**
 * Takes a web ACL as the API, the CLI, the console's JSON editor, CloudFormation or CDK write it (bare, in the answer of
 * GetWebACL, as one resource or as a template with its sets beside it), and gives all of it in one spelling. Needles
 * become byte strings under `SearchString`.
 */
export function respell(given: unknown, wanted: SearchStringEncoding = 'auto'): Found {
  if (!isObject(given)) throw wrong('(file)', `a web ACL is wanted, not ${named(given)}`);
  const found: Record<'acls' | 'ruleGroups' | 'ipSets' | 'regexSets', Json[]> = {
    acls: [],
    ruleGroups: [],
    ipSets: [],
    regexSets: [],
  };
  let source: 'template' | 'answer' | 'bare' = 'bare';
  const top = isObject(given['Resources']) ? {} : (upperKeys(given) as Json);

  if (isObject(given['Resources'])) {
    source = 'template';
    for (const [id, resource] of Object.entries(given['Resources'])) {
      const kind = isObject(resource) ? kinds[String(resource['Type'])] : undefined;
      if (kind && isObject(resource))
        found[kind].push({ ...(upperKeys(resource['Properties'] ?? {}) as Json), LogicalId: id });
    }
    if (found.acls.length === 0 && found.ruleGroups.length === 0)
      throw wrong('Resources', 'no AWS::WAFv2::WebACL is in this template');
  } else if (typeof top['Type'] === 'string' && kinds[top['Type']]) {
    source = 'template';
    found[kinds[top['Type']] as 'acls'].push(top['Properties'] as Json);
  } else if (isObject(top['WebACL'])) {
    source = 'answer';
    found.acls.push(top['WebACL']);
  } else if (isObject(top['RuleGroup'])) {
    source = 'answer';
    found.ruleGroups.push(top['RuleGroup']);
  } else if ('DefaultAction' in top || 'Rules' in top) {
    if ('LockToken' in top) source = 'answer';
    ('DefaultAction' in top ? found.acls : found.ruleGroups).push(top);
  } else
    throw wrong('(file)', 'this is no web ACL', 'GetWebACL, the console, CloudFormation and CDK spellings are read');
  if (found.acls.length > 1) {
    const names = found.acls.map((acl) => String(acl['LogicalId'] ?? acl['Name']));
    throw wrong(
      'Resources',
      `${names.length} web ACLs are in this template: ${names.join(', ')}`,
      'leave one of them in',
    );
  }

  const needles: string[] = [];
  const collect = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(collect);
    else if (isObject(value)) {
      for (const [key, member] of Object.entries(value)) {
        if (key === 'SearchString' && typeof member === 'string') needles.push(member);
        else collect(member);
      }
    }
  };
  collect([...found.acls, ...found.ruleGroups]);
  const { encoding, why } = settle(wanted, source, needles);
  const settled = (items: Json[]): Json[] => items.map((item) => needleBytes(item, encoding) as Json);
  return { ...found, acls: settled(found.acls), ruleGroups: settled(found.ruleGroups), encoding, why };
}

function settle(
  wanted: SearchStringEncoding,
  source: 'template' | 'answer' | 'bare',
  needles: readonly string[],
): Pick<Found, 'encoding' | 'why'> {
  if (wanted !== 'auto') return { encoding: wanted, why: 'as was asked for' };
  if (source === 'answer') return { encoding: 'base64', why: 'the API answers in base64' };
  if (source === 'template') return { encoding: 'plain', why: 'CloudFormation writes SearchString as it is' };
  if (needles.length > 0 && needles.every(readsAsBase64))
    return { encoding: 'base64', why: 'every SearchString is base64 of readable text' };
  return { encoding: 'plain', why: 'not every SearchString is base64 of readable text' };
}

/** Canonical base64 of printable UTF-8. */
function readsAsBase64(needle: string): boolean {
  if (needle === '' || needle.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(needle)) return false;
  const bytes = fromBase64(needle);
  if (bytes === null || btoa(latin1(bytes)) !== needle) return false;
  try {
    return !/[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return false;
  }
}

/** Byte strings for needles, whichever of the two keys holds them. */
function needleBytes(value: unknown, encoding: 'base64' | 'plain'): unknown {
  if (Array.isArray(value)) return value.map((each) => needleBytes(each, encoding));
  if (!isObject(value)) return value;
  const out: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    if (key === 'SearchStringBase64') out['SearchString'] = decoded(text(member, key), key);
    else if (key === 'SearchString' && typeof member === 'string') {
      out[key] = encoding === 'base64' ? decoded(member, key) : latin1(utf8(member));
    } else out[key] = needleBytes(member, encoding);
  }
  return out;
}

function decoded(needle: string, path: string): string {
  const bytes = fromBase64(needle);
  if (bytes === null)
    throw wrong(path, `\`${needle.slice(0, 40)}\` is not base64`, 'say --search-string-encoding=plain');
  return latin1(bytes);
}

/** Where CDK writes an abbreviation small that AWS writes large. */
const abbreviated: Readonly<Record<string, string>> = {
  Arn: 'ARN',
  Ip: 'IP',
  ForwardedIp: 'ForwardedIP',
  ForwardedIpConfig: 'ForwardedIPConfig',
  IpSetForwardedIpConfig: 'IPSetForwardedIPConfig',
  IpSetReferenceStatement: 'IPSetReferenceStatement',
  IpAddressVersion: 'IPAddressVersion',
  HttpMethod: 'HTTPMethod',
  Asn: 'ASN',
  Ja3Fingerprint: 'JA3Fingerprint',
  Ja4Fingerprint: 'JA4Fingerprint',
  AlbLowReputationMode: 'ALBLowReputationMode',
  AwsManagedRulesAcfpRuleSet: 'AWSManagedRulesACFPRuleSet',
  AwsManagedRulesAtpRuleSet: 'AWSManagedRulesATPRuleSet',
  AwsManagedRulesAntiDDoSRuleSet: 'AWSManagedRulesAntiDDoSRuleSet',
  AwsManagedRulesBotControlRuleSet: 'AWSManagedRulesBotControlRuleSet',
};

/** A key of any spelling as the API writes it. */
export function apiKey(key: string): string {
  const upper = key.charAt(0).toUpperCase() + key.slice(1);
  return Object.hasOwn(abbreviated, upper) ? (abbreviated[upper] as string) : upper;
}

/** CDK's camelCase and CloudFormation's `Arn` to API keys; intrinsic references to the logical id they point at. */
function upperKeys(value: unknown, own = false): unknown {
  if (Array.isArray(value)) return value.map((each) => upperKeys(each));
  if (!isObject(value)) return value;
  const reference = value['Ref'] ?? value['Fn::GetAtt'];
  if (reference !== undefined && Object.keys(value).length === 1) {
    const target: unknown = Array.isArray(reference) ? reference[0] : reference;
    return typeof target === 'string' ? target.split('.')[0] : '';
  }
  const filled = value['Fn::Sub'];
  if (filled !== undefined && Object.keys(value).length === 1) {
    const given: unknown = Array.isArray(filled) ? filled[0] : filled;
    const whole = /^\$\{(\w+)(?:\.\w+)?\}$/.exec(String(given))?.[1];
    return whole ?? (typeof given === 'string' ? given.replaceAll(/\$\{([^}]*)\}/g, '$1').replaceAll('::', '-') : '');
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => {
      if (own) return [key, upperKeys(member)];
      const name = apiKey(key);
      return [name, upperKeys(member, ownNames.has(name))];
    }),
  );
}
