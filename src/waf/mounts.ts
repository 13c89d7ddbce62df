import type { Certainty, Fidelity } from './forms/fidelity.ts';

/** Places where a rule can be run, from the edge inwards. */
export const mounts = [
  'edge-script',
  'web-acl',
  'edge-viewer',
  'edge-origin',
  'authorizer',
  'function',
  'in-path',
] as const;
export type Mount = (typeof mounts)[number];

export const mountSays: Readonly<Record<Mount, string>> = {
  'edge-script': 'CloudFront Function: 10 kB of code, no body, no network, about a millisecond',
  'web-acl': 'AWS WAF: what its statements can say, 8 to 64 KB of a body, requests only',
  'edge-viewer': 'Lambda@Edge viewer request: 40 KB of a body, requests only',
  'edge-origin': 'Lambda@Edge origin request: 1 MB of a body, cache misses only',
  authorizer: 'Lambda authorizer: no body, no answer of its own',
  function: 'Lambda function in the path: bodies up to 6 MB, answers too',
  'in-path': 'Sallyport on a machine or container: everything',
};

/** What a rule must see or have to be answered. */
export interface Needs {
  readonly body: boolean;
  readonly response: boolean;
  /** Remembers something from one request to the next. */
  readonly state: boolean;
  /** Needs a secret. */
  readonly secret: boolean;
  /** Is code, or needs an engine that is too large for a script. */
  readonly engine: boolean;
}

export interface MountAnswer {
  readonly mount: Mount;
  /** `partly`: it runs, but sees less than it should; the reason says what. */
  readonly can: 'yes' | 'partly' | 'no';
  readonly why: string;
}

/** Where something with these needs can run, and why not elsewhere. `native` is how truly AWS WAF would say it. */
export function mountsFor(needs: Needs, native: Pick<Fidelity, 'certainty' | 'reasons'>): readonly MountAnswer[] {
  return mounts.map((mount) => ({ mount, ...answer(mount, needs, native) }));
}

type Answer = Omit<MountAnswer, 'mount'>;
const yes: Answer = { can: 'yes', why: '' };
const no = (why: string): Answer => ({ can: 'no', why });
const partly = (why: string): Answer => ({ can: 'partly', why });
const byCertainty: Readonly<Record<Certainty, Answer['can']>> = {
  exact: 'yes',
  approximate: 'partly',
  impossible: 'no',
};

function answer(mount: Mount, needs: Needs, native: Pick<Fidelity, 'certainty' | 'reasons'>): Answer {
  switch (mount) {
    case 'edge-script':
      if (needs.body) return no('a CloudFront Function never sees a body');
      if (needs.response) return no('it looks at answers, and a viewer request has none yet');
      if (needs.state) return no('it remembers between requests, and a CloudFront Function keeps nothing');
      if (needs.engine) return no('it needs more code than the 10 kB of a CloudFront Function');
      return needs.secret ? partly('its secret would have to lie in the KeyValueStore') : yes;
    case 'web-acl':
      return { can: byCertainty[native.certainty], why: native.reasons.join('; ') };
    case 'edge-viewer':
      if (needs.response) return no('it looks at answers, and a viewer request has none yet');
      if (needs.body) return partly('Lambda@Edge shows the first 40 KB of a body to a viewer request');
      return needs.state ? partly('each location counts for itself, since Lambda@Edge shares no memory') : yes;
    case 'edge-origin':
      if (needs.response) return no('it looks at answers, and an origin request has none yet');
      return partly(
        needs.body ? 'it runs on cache misses only, and sees the first 1 MB of a body' : 'it runs on cache misses only',
      );
    case 'authorizer':
      if (needs.body) return no('a Lambda authorizer is never given the body');
      return needs.response ? no('a Lambda authorizer never sees an answer') : yes;
    default:
      return yes;
  }
}
