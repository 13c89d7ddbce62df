import { isAbsolute, join } from 'node:path';
import type { CachePolicy } from '../cache/policy.ts';
import type { CacheRoom } from '../cache/room.ts';
import type { Behaviour } from '../config/behaviours.ts';
import { pathText, shown, type Issue } from '../config/issues.ts';
import { ms, size } from '../config/words.ts';
import { messageOf } from '../base/fault.ts';
import type { AccessOptions, AccessRules } from '../edge/access.ts';
import type { CompressRules } from '../edge/compress.ts';
import { headersPolicy } from '../edge/headers-policy.ts';
import { findLicence, type LicenceRecord } from '../edge/licence-book.ts';
import { keyPlace } from '../edge/licence-key.ts';
import type { LicenceOptions } from '../edge/licences.ts';
import type { MarksOptions } from '../edge/marks.ts';
import type { Side } from '../edge/moments.ts';
import type { OriginChoice } from '../edge/origins.ts';
import type { OriginRequestRules } from '../edge/origin-request.ts';
import type { PresentOptions } from '../edge/present.ts';
import type { Keys } from '../edge/signed.ts';
import { nodeVerifier } from '../net/verifier.ts';
import type { Geography } from '../ports/geography.ts';
import type { Ports } from '../ports/ports.ts';
import type { VerifyingKey } from '../ports/verifier.ts';
import { fileGeography } from '../stores/file/geography.ts';
import type { Stage } from '../flow/stage.ts';
import type { EdgeOptions } from './edge-options.ts';
import { edgeForward } from './edge-forward.ts';
import { sidesOf } from './edge-functions.ts';
import { cachePolicyOf, codingsOf, madeFields, originRequestOf } from './edge-rules.ts';
import { edgeSockets } from './edge-sockets.ts';
import { elsewhere } from './edge-elsewhere.ts';

/** What the edge line is made from; lists are by behaviour. */
export interface EdgeParts {
  readonly paths: readonly string[];
  readonly room: CacheRoom;
  readonly marks: MarksOptions | null;
  readonly present: PresentOptions;
  readonly access: AccessOptions;
  readonly licences: LicenceOptions | null;
  readonly forwardLicence: boolean;
  readonly viewerSides: readonly (Side | null)[] | null;
  readonly originSides: readonly (Side | null)[] | null;
  /** Null where no behaviour asks for any. */
  readonly viewerFields: readonly (readonly string[])[] | null;
  readonly geography: Geography | null;
  readonly defaultRoot: string | null;
  readonly cache: readonly (CachePolicy | null)[];
  readonly compress: readonly CompressRules[] | null;
  readonly originRequest: readonly OriginRequestRules[];
  readonly origins: readonly (OriginChoice | null)[] | null;
  readonly forward: Stage | null;
}

/** The document's edge as parts of a line; null where it has none. */
export function edgeParts(options: EdgeOptions, issues: Issue[]): EdgeParts | null {
  const { document, room, forwarders, ports } = options;
  const { edge } = document;
  if (!edge || !room) return null;
  const { behaviours } = edge;
  const asksLicence = behaviours.map((each) => each.licences);
  const credentials = edge.licences && asksLicence.includes(true) ? edge.licences.in : [];
  const policies = behaviours.map((each, at) =>
    read(['edge', 'behaviours', at, 'cache'], issues, null, () => cachePolicyOf(each, credentials)),
  );
  const requests = behaviours.map((each, at) =>
    read(['edge', 'behaviours', at, 'originRequest'], issues, null, () => originRequestOf(each, policies[at] ?? null)),
  );
  const geography = edge.geo
    ? read(['edge', 'geo', 'database'], issues, null, () =>
        fileGeography(absolute(options.folder, edge.geo?.database as string)),
      )
    : null;
  const sides = sidesOf(options, geography, issues);
  const choices = behaviours.map((each, at) => choiceOf(each, at, options, issues));
  const fields = requests.map((each, at) => each?.made ?? madeFields({ cloudfront: [] }, policies[at] ?? null));
  const codings = behaviours.map((each, at) => ({ codings: codingsOf(each, policies[at] ?? null) }));
  const errors = new Map(
    Object.entries(edge.errors).map(([status, { page, status: shownAs }]) => [
      Number(status),
      { page, status: shownAs ?? null },
    ]),
  );
  return {
    paths: behaviours.map(({ path }) => path),
    room,
    marks: policies.some((each) => each?.cloudfront)
      ? { speaks: policies.map((each) => each?.cloudfront === true), location: edge.distribution.location }
      : null,
    present: {
      paths: behaviours.map(({ path }) => path),
      errors,
      policies: behaviours.map(({ responseHeaders }) =>
        responseHeaders ? headersPolicy(responseHeaders, edge.distribution.location) : null,
      ),
    },
    access: {
      rules: behaviours.map((each, at) => accessOf(each, at, policies[at] ?? null, options, issues)),
      geo:
        geography && edge.geo
          ? {
              geography,
              countries: new Set(edge.geo.allow ?? edge.geo.block ?? []),
              only: edge.geo.allow !== undefined,
              unknown: edge.geo.unknown,
            }
          : null,
    },
    licences: licencesOf(options, asksLicence),
    forwardLicence: edge.licences ? edge.licences.forward || 'origin' in edge.licences.from : false,
    viewerSides: sides.viewer,
    originSides: sides.origin,
    viewerFields: fields.some((each) => each.length > 0) ? fields : null,
    geography,
    defaultRoot: edge.defaultRoot ?? null,
    cache: policies,
    compress: codings.some(({ codings: list }) => list.length > 0) ? codings : null,
    originRequest: requests.filter((each) => each !== null),
    origins: choices.some((each) => each !== null) ? choices : null,
    forward: choices.some((each) => each !== null)
      ? edgeForward(
          forwarders,
          elsewhere(document, ports, forwarders),
          behaviours.map(({ originPath }) => originPath ?? ''),
          edgeSockets(options),
          size(document.listen.limits.bodyBytes),
        )
      : null,
  };
}

const absolute = (folder: string, path: string): string => (isAbsolute(path) ? path : join(folder, path));

function read<T>(path: readonly PropertyKey[], issues: Issue[], otherwise: T, work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    issues.push({ path: pathText(path), wanted: 'something that can be used', found: messageOf(thrown), hint: null });
    return otherwise;
  }
}

const methodSets = {
  all: null,
  read: new Set(['GET', 'HEAD']),
  'read-and-options': new Set(['GET', 'HEAD', 'OPTIONS']),
} as const;

function accessOf(
  behaviour: Behaviour,
  at: number,
  policy: CachePolicy | null,
  { ports }: EdgeOptions,
  issues: Issue[],
): AccessRules {
  let keys: Keys | null = null;
  if (behaviour.signed) {
    const made = new Map<string, VerifyingKey>();
    for (const [id, file] of Object.entries(behaviour.signed.keys)) {
      const key = read(['edge', 'behaviours', at, 'signed', 'keys', id], issues, null, () =>
        nodeVerifier.key(ports.readFile(file)),
      );
      if (key) made.set(id, key);
    }
    keys = made;
  }
  return {
    viewerProtocol: behaviour.viewerProtocol,
    methods: methodSets[behaviour.methods],
    bodilessGet: policy?.cloudfront ?? false,
    keys,
  };
}

function choiceOf(
  behaviour: Behaviour,
  at: number,
  { document, forwarders }: EdgeOptions,
  issues: Issue[],
): OriginChoice | null {
  const name = behaviour.origin;
  if (name === undefined) return null;
  const group = document.edge?.originGroups[name];
  const names = group ? group.origins : [name];
  for (const each of names) {
    if (!forwarders.has(each)) {
      issues.push({
        path: pathText(['edge', 'behaviours', at, 'origin']),
        wanted: 'the name of an origin or origin group',
        found: shown(each),
        hint: `known: ${[...forwarders.keys(), ...Object.keys(document.edge?.originGroups ?? {})].join(', ') || 'none'}`,
      });
    }
  }
  return {
    primary: names[0] as string,
    secondary: names[1] ?? null,
    failover: new Set(group?.failover ?? []),
    attempts: behaviour.attempts,
  };
}

function licencesOf({ document, ports }: EdgeOptions, asked: readonly boolean[]): LicenceOptions | null {
  const given = document.edge?.licences;
  if (!given || !asked.includes(true)) return null;
  const { from } = given;
  const listed =
    'list' in from ? new Map(Object.entries(from.list).map(([key, page]) => [key, recordOf(key, page, ports)])) : null;
  return {
    asked,
    places: given.in.map(keyPlace),
    find: listed
      ? (key) => listed.get(key) ?? null
      : 'store' in from
        ? (key) => findLicence(ports.records, ports.digest, key)
        : null,
    digest: ports.digest,
    counters: ports.counters,
    remember: { valid: ms(given.remember.valid), invalid: ms(given.remember.invalid), most: given.remember.most },
    onFault: given.onFault,
    quotaPeriod: given.quotaPeriod,
  };
}

function recordOf(
  key: string,
  page: {
    readonly name?: string | undefined;
    readonly expires?: string | undefined;
    readonly quota?: number | undefined;
    readonly enabled: boolean;
  },
  ports: Ports,
): LicenceRecord {
  return {
    id: ports.digest.sha256(`licence\n${key}`).slice(0, 12),
    name: page.name ?? 'licence',
    enabled: page.enabled,
    createdAt: 0,
    expiresAt: page.expires === undefined ? null : Date.parse(page.expires),
    quota: page.quota ?? null,
  };
}
