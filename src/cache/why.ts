/**
 * Why not: two closed lists. "Not cached" is a complaint; "not cached: the response sets a cookie" is an answer. The
 * words stand in the trace and in `Cache-Status`; the sentences are for people and for the documentation.
 */
export const notStored = {
  method: 'the method is neither GET nor HEAD',
  off: 'the policy keeps nothing',
  'request-no-store': 'the request says no-store',
  'made-here': 'a refusal or fault of ours, which must never outlive its cause',
  identity: 'the answer depends on who asked, and the route does not call it shareable',
  tenant: 'the tenant was not known when the key was made',
  'no-store': 'the response says no-store',
  private: 'the response says private',
  authorization: 'the request bore Authorization and the response does not allow sharing',
  credential: 'a refusal to a credential that is not part of the key',
  'set-cookie': 'the response sets a cookie and does not say that it is public',
  'vary-star': 'the response varies on more than the request shows',
  'not-understood': 'must-understand with a status that we do not know',
  status: 'this status is not kept without explicit freshness',
  'not-final': 'the status is informational or a 304 that answers nothing of ours',
  stale: 'it is stale already and has no validator',
  'no-freshness': 'nothing says how long it is good, and it has no validator',
  'range-wrong': 'the partial response contradicts itself or the request',
  unframed: 'its end cannot be told from a broken connection',
  deceptive: 'the path looks like a static file and the content is a page',
  'too-large': 'the body is larger than the policy allows',
  full: 'the store would not take it',
  'cut-short': 'the body broke off',
  'length-wrong': 'the body is not as long as it said',
  'viewer-gone': 'the viewer left before it was complete',
  purged: 'a purge came while it was on its way',
  'store-broken': 'the store failed',
} as const;

export type NotStored = keyof typeof notStored;

export const notServed = {
  method: 'the method is neither GET nor HEAD',
  off: 'the policy keeps nothing',
  upgrade: 'the request asks for another protocol',
  'fat-get': 'a GET with a body',
  'key-too-long': 'the key is longer than the policy allows',
  precondition: 'If-Match and If-Unmodified-Since are for the origin to judge',
  nothing: 'nothing is stored under this key',
  variant: 'what is stored was selected by other request fields',
  part: 'only another part of it is stored',
  expired: 'its lifetime is over',
  'no-cache': 'the response asks to be validated each time',
  'request-no-cache': 'the request asks for validation',
  'request-max-age': 'it is older than the request allows',
  'request-min-fresh': 'it will not stay fresh as long as the request asks',
  gone: 'it was dropped between finding and reading it',
  'store-broken': 'the store failed',
} as const;

export type NotServed = keyof typeof notServed;
