import { fromBase64 } from '../base/bytes.ts';
import { messageOf } from '../base/fault.ts';
import { parseAddress } from '../base/ip.ts';
import { disagreement, isObject } from './agree.ts';
import type { Reason } from '../trace/reason.ts';
import { lambdaReasons } from './reasons.ts';

/** Lambda's limit for one synchronous call, each way, in bytes of JSON. */
export const mostBytes = 6 * 1024 * 1024;
/** A load balancer takes and gives less. */
export const mostOfBalancer = 1024 * 1024;
/** No front of AWS takes a request head of more than 64 kB; an event tells it up to three times. */
export const mostHead = 256 * 1024;

/** Why an event is not taken: the reason for the viewer's answer, the sentence for the log. */
export interface BadEvent {
  readonly reason: Reason;
  readonly says: string;
}

/** The rules, or the document, could not be read, and nothing goes by without them. */
export const notStarted: BadEvent = { reason: lambdaReasons.start, says: 'see the line before' };

export type Kind =
  | 'object'
  | 'text'
  | 'boolean'
  | 'boolean?'
  | 'address'
  | 'path'
  | 'REQUEST'
  | 'ARN'
  | 'texts'
  | 'lists'
  | 'text?'
  | 'list of texts?'
  | 'texts?'
  | 'lists?'
  | 'text|null'
  | 'lists|null'
  | 'texts|null';

const isTexts = (value: unknown): boolean =>
  isObject(value) && Object.values(value).every((each) => typeof each === 'string');
const isLists = (value: unknown): boolean =>
  isObject(value) &&
  Object.values(value).every((each) => Array.isArray(each) && each.every((one) => typeof one === 'string'));

const kinds: Readonly<Record<Kind, (value: unknown) => boolean>> = {
  object: isObject,
  text: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  'boolean?': (value) => value === undefined || typeof value === 'boolean',
  // The console's test button has no address to tell.
  address: (value) => typeof value === 'string' && (parseAddress(value) !== null || value === 'test-invoke-source-ip'),
  REQUEST: (value) => value === 'REQUEST',
  ARN: (value) => typeof value === 'string' && value.startsWith('arn:'),
  path: (value) => typeof value === 'string' && value.startsWith('/'),
  texts: isTexts,
  lists: isLists,
  'text?': (value) => value === undefined || typeof value === 'string',
  'list of texts?': (value) =>
    value === undefined || (Array.isArray(value) && value.every((each) => typeof each === 'string')),
  'texts?': (value) => value === undefined || value === null || isTexts(value),
  'lists?': (value) => value === undefined || value === null || isLists(value),
  'text|null': (value) => value === null || value === undefined || typeof value === 'string',
  'texts|null': (value) => value === null || value === undefined || isTexts(value),
  'lists|null': (value) => value === null || value === undefined || isLists(value),
};

/** What an event must look like: a path into it, and what stands there. */
export type Wanted = Readonly<Record<string, Kind>>;

/** Null when the event is as it should be. Never throws, whatever it is given. */
export function flawOf(event: unknown, wanted: Wanted): BadEvent | null {
  try {
    return found(event, wanted);
  } catch (thrown) {
    return { reason: lambdaReasons.broken, says: messageOf(thrown) };
  }
}

function found(event: unknown, wanted: Wanted): BadEvent | null {
  if (!isObject(event)) return shape('the event is no object');
  for (const [path, kind] of Object.entries(wanted)) {
    const value = path.split('.').reduce<unknown>((at, name) => (isObject(at) ? at[name] : undefined), event);
    if (!kinds[kind](value))
      return shape(
        `${path} is ${value === null ? 'null' : Array.isArray(value) ? 'a list' : `of type ${typeof value}`}, where ${kind} is wanted`,
      );
  }
  const { body, isBase64Encoded } = event;
  const head = headSize(event);
  if (head > mostHead) return { reason: lambdaReasons['event-size'], says: `a head of ${head} characters` };
  if (typeof body === 'string') {
    if (body.length > mostBytes)
      return { reason: lambdaReasons['event-size'], says: `a body of ${body.length} characters` };
    if (isBase64Encoded === true && fromBase64(body) === null)
      return { reason: lambdaReasons['event-base64'], says: 'isBase64Encoded is true' };
  }
  const odd = disagreement(event);
  return odd === null ? null : shape(odd);
}

/** Characters of everything but the body, as far as an event's own maps and texts go. */
function headSize(event: Readonly<Record<string, unknown>>): number {
  let sum = 0;
  for (const [name, value] of Object.entries(event)) {
    if (name === 'body') continue;
    if (typeof value === 'string') sum += value.length;
    else if (isObject(value) || Array.isArray(value)) {
      for (const [key, each] of Object.entries(value)) {
        sum += key.length;
        for (const one of Array.isArray(each) ? (each as unknown[]) : [each])
          sum += typeof one === 'string' ? one.length : 0;
      }
    }
  }
  return sum;
}

const shape = (says: string): BadEvent => ({ reason: lambdaReasons['event-shape'], says });

export const wrongVersion = (found: unknown, wanted: string): BadEvent => ({
  reason: lambdaReasons['event-version'],
  says: `payload version ${typeof found === 'string' ? found : 'none'}, where ${wanted} is configured`,
});

export const restWanted: Wanted = {
  httpMethod: 'text',
  path: 'path',
  multiValueHeaders: 'lists?',
  headers: 'texts|null',
  queryStringParameters: 'texts|null',
  multiValueQueryStringParameters: 'lists|null',
  'requestContext.identity.sourceIp': 'address',
  body: 'text|null',
  isBase64Encoded: 'boolean?',
};
export const httpWanted: Wanted = {
  routeKey: 'text',
  rawPath: 'path',
  rawQueryString: 'text',
  headers: 'texts',
  'requestContext.http.method': 'text',
  'requestContext.http.sourceIp': 'address',
  cookies: 'list of texts?',
  isBase64Encoded: 'boolean',
  body: 'text?',
};
export const albWanted: Wanted = {
  'requestContext.elb.targetGroupArn': 'text',
  httpMethod: 'text',
  path: 'path',
  headers: 'texts?',
  multiValueHeaders: 'lists?',
  multiValueQueryStringParameters: 'lists?',
  queryStringParameters: 'texts?',
  body: 'text|null',
  isBase64Encoded: 'boolean?',
};

/** What is wrong with an event of payload 2.0. */
export function httpFlaw(event: unknown): BadEvent | null {
  const flaw = flawOf(event, httpWanted);
  const version = (event as { version?: unknown } | null)?.version;
  return version === '2.0' || (flaw && version === undefined) ? flaw : wrongVersion(version, '2.0');
}

/** What is wrong with an event of payload 1.0. */
export function restFlaw(event: unknown): BadEvent | null {
  const version = (event as { version?: unknown } | null)?.version;
  return version === undefined || version === '1.0' ? flawOf(event, restWanted) : wrongVersion(version, '1.0');
}
