import { parseAddress, formatAddress } from '../../../base/ip.ts';
import type { Sight } from '../../condition.ts';
import { headerOf } from '../../request.ts';
import { fieldToMatch, type Field } from './field-to-match.ts';
import { forwardedBy } from './forwarded.ts';
import { under } from './labels.ts';
import type { AclSurroundings } from './options.ts';
import { list, number, only, text, wrong, type Json } from './shape.ts';
import { transformation } from './transforms.ts';

const sliceMs = 10_000;
const mostBuckets = 10_000;

interface Bucket {
  /** Requests per slice of ten seconds, by slice number. */
  readonly slices: Map<number, number>;
  /** For `awsLag`: what the last look said, and when that was. */
  looked: number;
  limited: boolean;
}

/** Null: the request lacks a part of the key and is neither counted nor limited. */
type KeyOf = (sight: Sight) => string | null;

/** A `RateBasedStatement`: counts the request and says whether it is beyond the limit. Each engine has counters of its own. */
export function rateBased(
  statement: Json,
  path: string,
  context: { readonly prefix: string; readonly rule: number; readonly surroundings: AclSurroundings },
): (sight: Sight) => boolean {
  const limit = number(statement['Limit'], `${path}.Limit`);
  const window = number(statement['EvaluationWindowSec'] ?? 300, `${path}.EvaluationWindowSec`) * 1000;
  const keyOf = keys(statement, path, context);
  const engines = new WeakMap<object, Map<string, Bucket>>();
  return (sight) => {
    const key = keyOf(sight);
    if (key === null) return false;
    let buckets = engines.get(sight.lookup);
    if (!buckets) engines.set(sight.lookup, (buckets = new Map()));
    const now = sight.clock.now();
    const slice = Math.floor(now / sliceMs);
    let bucket = buckets.get(key);
    if (!bucket) {
      if (buckets.size >= mostBuckets) buckets.delete(buckets.keys().next().value as string);
      buckets.set(key, (bucket = { slices: new Map(), looked: slice, limited: false }));
    }
    bucket.slices.set(slice, (bucket.slices.get(slice) ?? 0) + 1);
    const held = bucket;
    const over = (upTo: number): boolean => {
      let sum = 0;
      for (const [at, count] of held.slices) {
        if ((at + 1) * sliceMs <= now - window) held.slices.delete(at);
        else if (at <= upTo) sum += count;
      }
      return sum > limit;
    };
    if (context.surroundings.awsLag !== true) return over(slice);
    if (slice > bucket.looked) {
      bucket.looked = slice;
      bucket.limited = over(slice - 1);
    }
    return bucket.limited;
  };
}

function keys(
  statement: Json,
  path: string,
  context: { readonly prefix: string; readonly rule: number; readonly surroundings: AclSurroundings },
): KeyOf {
  const type = statement['AggregateKeyType'];
  const address: KeyOf = ({ viewer }) => viewer.address;
  const forwarded = (): KeyOf => {
    const from = forwardedBy(
      { ...(statement['ForwardedIPConfig'] as Json), Position: 'FIRST' },
      `${path}.ForwardedIPConfig`,
    ) as NonNullable<ReturnType<typeof forwardedBy>>;
    return (sight) => {
      const found = from(sight);
      if (found.kind === 'absent') return null;
      if (found.kind === 'malformed') return found.match ? 'INVALID' : null;
      const parsed = parseAddress(found.addresses[0] ?? '');
      return parsed && formatAddress(parsed);
    };
  };
  if (type === 'IP') return address;
  if (type === 'FORWARDED_IP') return forwarded();
  if (type === 'CONSTANT') {
    if (statement['ScopeDownStatement'] === undefined)
      throw wrong(path, 'CONSTANT counts everything that ScopeDownStatement lets through, and there is none');
    return () => '';
  }
  if (type !== 'CUSTOM_KEYS')
    throw wrong(`${path}.AggregateKeyType`, 'IP, FORWARDED_IP, CONSTANT or CUSTOM_KEYS is wanted');
  const custom = list(statement['CustomKeys'], `${path}.CustomKeys`).map((each, at): { kind: string; of: KeyOf } => {
    const where = `${path}.CustomKeys[${at}]`;
    const [kind, member] = only(each, where);
    switch (kind) {
      case 'IP':
        return { kind, of: address };
      case 'ForwardedIP':
        return { kind, of: forwarded() };
      case 'HTTPMethod':
        return { kind, of: ({ request }) => request.method };
      case 'LabelNamespace': {
        const namespace = text(member['Namespace'], `${where}.Namespace`);
        return { kind, of: (sight) => under(sight, namespace, context.prefix, context.rule) };
      }
      case 'ASN':
        return { kind, of: ({ viewer }) => String(context.surroundings.whereabouts?.(viewer.address)?.asn ?? 0) };
      case 'Cookie': {
        const name = text(member['Name'], `${where}.Name`);
        const transform = transformation(member, where);
        return { kind, of: (sight) => mapped(cookie(sight, name), transform) };
      }
      case 'JA3Fingerprint':
      case 'JA4Fingerprint':
        return { kind, of: fingerprintKey(kind, member, where) };
      case 'Header':
        return { kind, of: first({ SingleHeader: { Name: member['Name'] } }, where, transformation(member, where)) };
      case 'QueryArgument':
        return {
          kind,
          of: first({ SingleQueryArgument: { Name: member['Name'] } }, where, transformation(member, where)),
        };
      case 'QueryString':
      case 'UriPath':
        return { kind, of: first({ [kind]: {} }, where, transformation(member, where)) };
      default:
        throw wrong(where, `there is no key ${kind}`);
    }
  });
  if (custom.length < 1 || custom.length > 5)
    throw wrong(`${path}.CustomKeys`, `${custom.length} keys; 1 to 5 are taken`);
  if (custom.length === 1 && (custom[0]?.kind === 'IP' || custom[0]?.kind === 'ForwardedIP')) {
    throw wrong(
      `${path}.CustomKeys`,
      `${custom[0].kind} alone is no custom key`,
      `use AggregateKeyType ${custom[0].kind === 'IP' ? 'IP' : 'FORWARDED_IP'}`,
    );
  }
  return (sight) => {
    const parts: string[] = [];
    for (const { of } of custom) {
      const part = of(sight);
      if (part === null) return null;
      parts.push(part);
    }
    return JSON.stringify(parts);
  };
}

const mapped = (value: string | null, transform: (value: string) => string): string | null =>
  value === null ? null : transform(value);

function cookie({ request }: Sight, name: string): string | null {
  for (const piece of (headerOf(request.headers, 'cookie') ?? '').split(';')) {
    const pair = piece.trim();
    if (pair.startsWith(`${name}=`)) return pair.slice(name.length + 1);
  }
  return null;
}

/** Without a fingerprint: MATCH puts all such requests together, NO_MATCH leaves them out. */
function fingerprintKey(kind: string, member: Json, path: string): KeyOf {
  const read: Field = fieldToMatch({ FieldToMatch: { [kind]: member } }, path);
  return (sight) => {
    const extracted = read.read(sight);
    if (extracted.kind === 'forced') return extracted.match ? 'INVALID' : null;
    return extracted.values[0]?.value ?? null;
  };
}

function first(field: Json, path: string, transform: (value: string) => string): KeyOf {
  const read: Field = fieldToMatch({ FieldToMatch: field }, path);
  return (sight) => {
    const extracted = read.read(sight);
    if (extracted.kind === 'forced') return null;
    return mapped(extracted.values[0]?.value ?? null, transform);
  };
}
