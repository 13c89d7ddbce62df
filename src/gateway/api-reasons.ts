import { defineReasons } from '../trace/reason.ts';

/** Why a REST or HTTP API says no. `gateway-responses.ts` has the form that each takes on the wire. */

export const resourceReasons = defineReasons('gateway.resource', {
  none: [
    403,
    'No resource and method of the REST API covers this request; API Gateway answers as if a token were missing.',
  ],
  stage: [403, 'No stage or base path of this domain covers this path.'],
});

export const httpRouteReasons = defineReasons('gateway.http-route', {
  none: [404, 'No route and no stage of the HTTP API covers this method and path.'],
});

export const policyReasons = defineReasons('gateway.policy', {
  explicit: [403, 'A Deny statement of the resource policy matches this request.'],
  implicit: [403, 'No Allow statement of the resource policy matches this request.'],
});

export const authorizerReasons = defineReasons('gateway.authorizer', {
  'source-missing': [401, "One of the authorizer's identity sources is missing or empty, so it was not asked."],
  'source-form': [401, "The token does not fit the authorizer's validation expression, so it was not asked."],
  unauthorized: [401, 'The authorizer said "Unauthorized".'],
  denied: [403, "The authorizer's answer denies this request."],
  silent: [403, "The authorizer's answer does not speak of this request, so it is denied."],
  broken: [500, 'The authorizer failed, timed out, or answered what is no answer.'],
  'arn-long': [414, 'The ARN of this request is longer than an authorizer takes.'],
});

export const jwtReasons = defineReasons('gateway.jwt', {
  missing: [401, 'The route asks for a JSON Web Token and the request carries none.'],
  invalid: [401, 'The JSON Web Token is not accepted: signature, issuer, audience or time.'],
  scope: [403, 'The JSON Web Token has none of the scopes that the route asks for.'],
});

export const signatureReasons = defineReasons('gateway.signature', {
  missing: [403, 'The method asks for a signature (AWS_IAM) and the request carries none.'],
  malformed: [403, 'The signature is incomplete or no signature at all.'],
  'unknown-key': [403, 'The access key of the signature is none of those that may call.'],
  expired: [403, 'The signature was made too long ago, or its time is over.'],
  mismatch: [403, 'The signature is not what the holder of the access key would have made.'],
  denied: [403, 'The signed caller is not allowed to make this request.'],
});

export const planReasons = defineReasons('gateway.plan', {
  'key-missing': [403, 'The method asks for an API key and the request carries none.'],
  'key-unknown': [403, 'The API key is unknown, disabled or expired.'],
  'none-for-stage': [403, 'The API key is in no usage plan that contains this stage.'],
  throttled: [429, 'The API key has used up the burst of its usage plan.'],
  quota: [429, 'The API key has used up the quota of its usage plan.'],
  unavailable: [503, 'The store of keys and counters cannot answer, and the document says that this closes the door.'],
});

export const stageThrottleReasons = defineReasons('gateway.stage-throttle', {
  method: [429, 'This method of the stage takes no more requests for the moment.'],
  account: [429, 'The account takes no more requests for the moment.'],
});

export const validationReasons = defineReasons('gateway.validation', {
  parameters: [400, 'Required parameters are missing.'],
  body: [400, 'The body does not fit the model of its content type.'],
  unsupported: [415, 'No mapping template fits the content type, and the passthrough behaviour says never.'],
  described: [400, 'The request is not one that the API description describes.'],
});

export const spendReasons = defineReasons('gateway.spend', {
  stopped: [429, 'The budget is used up; its hard stop refuses further requests until the next period.'],
  throttled: [429, 'The budget is nearly used up; this request came faster than the soft step allows.'],
  challenged: [429, 'The budget is nearly used up; callers without a key or a signature are turned away first.'],
});

export const headReasons = defineReasons('gateway.head', {
  large: [431, 'Request line and header together are longer than API Gateway takes.'],
});

export const certificateReasons = defineReasons('gateway.client-certificate', {
  missing: [403, 'The API wants a client certificate, and the connection has none that the truststore answers for.'],
});

export const queryReasons = defineReasons('gateway.query', {
  raw: [400, 'The query has a raw "|", "{" or "}"; REST APIs want them percent-encoded.'],
});

export const cacheReasons = defineReasons('gateway.stage-cache', {
  invalidate: [403, 'The request wants its entry of the stage cache made anew and is not allowed to.'],
});
