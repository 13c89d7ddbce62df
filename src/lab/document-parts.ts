import type { Document } from '../config/document.ts';
import type { Mount } from '../waf/mounts.ts';
import type { Front } from './fronts.ts';

/** Where a part of the document other than its rules runs on AWS. */
export type Carrier = Extract<Mount, 'edge-script' | 'function'> | 'cloudfront' | 'origin' | 'your-backend';

export interface PlannedPart {
  /** As the document calls it: `edge.licences`, `routes`. */
  readonly part: string;
  /** Null: nothing behind this front would do it. */
  readonly runs: Carrier | null;
  readonly why: string;
}

/** Fronts behind which the whole line stands in a function. */
const lined: ReadonlySet<Front> = new Set(['http-api', 'rest-api', 'cloudfront', 'load-balancer']);

/** What a document has beside its rules: what answers, what is asked of callers, what counts, what the edge does. */
export function documentParts(document: Document, front: Front): readonly PlannedPart[] {
  const parts: PlannedPart[] = [];
  const add = (part: string, runs: Carrier | null, why: string): void => void parts.push({ part, runs, why });
  const line = lined.has(front);
  const routes = Object.entries(document.routes);
  const inLine = (part: string, why: string): void =>
    line
      ? add(part, 'function', why)
      : add(
          part,
          null,
          `behind ${front} only the rules run. Instead: put the whole line into the path (httpApi, restApi, alb)`,
        );

  const { edge } = document;
  if (edge) {
    const distributed = `it is CloudFront’s own${front === 'cloudfront' ? '' : ': put a distribution in front'}`;
    if (line) add('edge.behaviours', 'cloudfront', distributed);
    else add('edge.behaviours', null, `nothing is cached behind ${front}. Instead: --front cloudfront`);
    if (edge.geo) add('edge.geo', line ? 'cloudfront' : null, line ? distributed : 'Instead: --front cloudfront');
    if (edge.licences) parts.push(licences(edge.licences, front));
  }
  if (routes.length > 0)
    if (line)
      add(
        'routes',
        'function',
        `${routes.length}, answered by the line: bodies up to ${front === 'load-balancer' ? 1 : 6} MB`,
      );
    else add('routes', 'your-backend', `behind ${front} a function of your own answers; the document’s routes do not`);
  for (const name of Object.keys(document.apis))
    inLine(
      `apis.${name}`,
      'what API Gateway has it does; the output `Parts` of the stack says what is left to a function',
    );
  const asked = (key: string): readonly string[] =>
    routes.flatMap(([route, given]) => ((given as Record<string, unknown>)[key] === undefined ? [] : [route]));
  const keyed = routes.flatMap(([route, given]) => ((given as { key?: unknown }).key === 'required' ? [route] : []));
  const counts = 'containers come and go, so DynamoDB counts';
  if (keyed.length > 0) inLine('keys', `${keyed.join(', ')}: ${counts}`);
  const everywhere = (['overall', 'perKey', 'perAddress'] as const).filter((each) => document.throttles[each]);
  for (const [part, on] of [
    ['throttles', [...everywhere, ...asked('throttle')]],
    ['once', asked('once')],
    ['plans', Object.keys(document.plans)],
    ['budgets', Object.keys(document.budgets)],
  ] as const)
    if (on.length > 0) inLine(part, `${on.join(', ')}: ${counts}`);
  return parts;
}

/** A CloudFront Function takes a key that it can look up; what has to count, or to ask somebody, is the line's. */
function licences(given: NonNullable<NonNullable<Document['edge']>['licences']>, front: Front): PlannedPart {
  const part = 'edge.licences';
  if (!lined.has(front))
    return { part, runs: null, why: `nobody asks for a licence behind ${front}. Instead: --front cloudfront` };
  const { from } = given;
  if ('origin' in from) return { part, runs: 'origin', why: 'the origin decides: the key goes on to it' };
  const counted = 'list' in from ? Object.values(from.list).some(({ quota }) => quota !== undefined) : true;
  if (front !== 'cloudfront')
    return {
      part,
      runs: 'function',
      why: 'the line asks; behind CloudFront a CloudFront Function can (--front cloudfront)',
    };
  return counted
    ? {
        part,
        runs: 'function',
        why: `${'list' in from ? 'a key has a quota' : 'keys of the store may have quotas'}, and a CloudFront Function keeps no count; a list without quotas runs at the edge`,
      }
    : {
        part,
        runs: 'edge-script',
        why: 'keys in a KeyValueStore: under 10 kB of code, no Lambda@Edge, and a refused viewer costs a CloudFront Function alone',
      };
}
