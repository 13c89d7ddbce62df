import type { Document } from '../config/document.ts';
import { countedIn } from '../lab/counted.ts';
import { countedBy, described, type ApisPlan } from './apis/plan.ts';
import { isLoopback, isPrivate, loopbackError } from './private-host.ts';
import { originsOf } from './apis/route-plan.ts';

/** What a document becomes on AWS. */
export interface Chosen {
  readonly part: 'line' | 'authorizer' | 'api' | 'forwarder' | 'socket' | 'distribution' | 'stores';
  readonly why: string;
}

export interface Given {
  /** A function of the user's own answers. */
  readonly backend: boolean;
  /** A VPC was given, with the group and port of the target. */
  readonly vpc: boolean;
  /** A handler of WebSocket events was given. */
  readonly socketHandler: boolean;
  /** AWS WAF is wanted, which has a price for each month. */
  readonly webAcl: boolean;
  /** How the document's APIs become APIs of API Gateway; left out where it has none. */
  readonly apis?: ApisPlan;
}

export interface Choice {
  readonly parts: readonly Chosen[];
  /** What cannot work, each with what to do. */
  readonly errors: readonly string[];
}

const isSocket = (route: { readonly to: unknown }): boolean =>
  (route.to as { use?: unknown } | null)?.use === 'websocket';

/** Behaviours that go on to routes which are not there; one with a function before the origin may answer by that. */
const leadsNowhere = ({ edge }: Document): string[] =>
  (edge?.behaviours ?? []).flatMap(({ path, origin, functions }, at) =>
    origin !== undefined || functions?.viewerRequest || functions?.originRequest
      ? []
      : [
          `edge.behaviours[${at}]: ${path} goes on to the routes, and there are none, so that each request would be answered 404: write \`origin: "NAME"\` of \`origins\`, or \`routes\``,
        ],
  );

/** Pure: which parts a document needs, why, and what is missing for them. */
export function choose(document: Document, given: Given): Choice {
  const parts: Chosen[] = [];
  const errors: string[] = [];
  const all = Object.entries(document.routes);
  const sockets = all.filter(([, route]) => isSocket(route)).map(([key]) => key);
  const plain = all.filter(([, route]) => !isSocket(route)).map(([key]) => key);
  const { edge } = document;
  // A behaviour with an origin of its own never comes to the routes.
  const toRoutes = edge ? edge.behaviours.some(({ origin }) => origin === undefined) : plain.length > 0;
  // Origins of `apis` alone are theirs: they have functions of their own where one is needed.
  const asked = new Set(
    plain.flatMap((key) => {
      const to = document.routes[key]?.to;
      return typeof to === 'string' ? originsOf(document, to) : [];
    }),
  );
  const hidden = Object.entries(document.origins).filter(
    ([name, origin]) => asked.has(name) && isPrivate(new URL(origin.url).hostname),
  );

  if (given.socketHandler) parts.push({ part: 'socket', why: 'a handler of WebSocket events was given' });
  else if (sockets.length > 0)
    errors.push(
      `${sockets.join(', ')}: a WebSocket API on AWS has one handler: give \`socket: { handler: "file" }\`, and take its routes and limits into that handler`,
    );
  for (const api of given.apis?.apis ?? []) parts.push({ part: 'api', why: described(api) });
  errors.push(...(given.apis?.errors ?? []));
  if (given.backend && edge && !toRoutes)
    errors.push('edge.behaviours: nobody would come to `backend`: leave `origin` out where it is to answer');
  else if (given.backend)
    parts.push({
      part: 'authorizer',
      why: 'a backend of your own answers, so the rules stand before it as an authorizer',
    });
  else if (toRoutes) {
    if (plain.length === 0) errors.push(...leadsNowhere(document));
    for (const [name, { url }] of Object.entries(document.origins))
      if (isLoopback(new URL(url).hostname)) errors.push(loopbackError(`origins.${name}`, url));
    if (hidden.length === 0 && !given.vpc)
      parts.push({ part: 'line', why: 'the document’s routes are answered by the line in a function' });
    else if (given.vpc)
      parts.push({
        part: 'forwarder',
        why:
          hidden.length === 0
            ? 'a VPC was given, so the line stands in it'
            : `${hidden.map(([name]) => name).join(', ')}: only a function in the VPC reaches it`,
      });
    else
      errors.push(
        `origins.${hidden[0]?.[0] ?? ''}: ${hidden[0]?.[1].url ?? ''} is private: give \`vpc: { vpc, target: { securityGroup, port } }\`, so that the function can reach it and nothing else`,
      );
  } else if (!edge && !given.socketHandler && sockets.length === 0 && Object.keys(document.apis).length === 0)
    errors.push(
      'nothing would answer: write `routes` with origins, or `apis`, or give `backend`, or `socket: { handler }`',
    );

  // Containers keep buckets of their own, and each sees one request at a time: without a table nothing would be throttled.
  const inLine = parts.some((each) => each.part === 'line' || each.part === 'forwarder');
  const counts = [...(inLine ? countedIn(document) : []), ...countedBy(given.apis?.apis ?? [])];
  if (counts.length > 0)
    parts.push({ part: 'stores', why: `${counts.join(', ')}: containers come and go, so DynamoDB counts` });
  if (edge)
    parts.push({
      part: 'distribution',
      why: `the document’s \`edge\` is CloudFront’s to do; ${given.webAcl ? 'AWS WAF stands before it' : 'AWS WAF was not asked for'}`,
    });
  else if (
    given.webAcl &&
    parts.some((each) => each.part === 'line' || each.part === 'authorizer' || each.part === 'forwarder')
  )
    parts.push({
      part: 'distribution',
      why: 'AWS WAF cannot be attached to an HTTP API, and can to CloudFront in front of it',
    });
  return { parts, errors };
}
