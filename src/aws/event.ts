import { fromBase64 } from '../base/bytes.ts';
import type { Reason } from '../trace/reason.ts';
import { lambdaReasons } from './reasons.ts';

/** Lambda's limit for one synchronous call, each way, in bytes of JSON. */
export const mostBytes = 6 * 1024 * 1024;

/** Why an event is not taken: the reason for the viewer's answer, the sentence for the log. */
export interface BadEvent {
  readonly reason: Reason;
  readonly says: string;
}

/** The rules could not be read, and nothing goes by without them. */
export const noRules: BadEvent = {
  reason: lambdaReasons.start,
  says: 'there are no rules in force; see the line before',
};

export type Kind =
  | 'object'
  | 'text'
  | 'boolean'
  | 'path'
  | 'texts'
  | 'lists'
  | 'text?'
  | 'texts?'
  | 'lists?'
  | 'text|null'
  | 'lists|null'
  | 'texts|null';

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isTexts = (value: unknown): boolean =>
  isObject(value) && Object.values(value).every((each) => typeof each === 'string');
const isLists = (value: unknown): boolean =>
  isObject(value) &&
  Object.values(value).every((each) => Array.isArray(each) && each.every((one) => typeof one === 'string'));

const kinds: Readonly<Record<Kind, (value: unknown) => boolean>> = {
  object: isObject,
  text: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  path: (value) => typeof value === 'string' && value.startsWith('/'),
  texts: isTexts,
  lists: isLists,
  'text?': (value) => value === undefined || typeof value === 'string',
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
  if (!isObject(event)) return shape('the event is no object');
  for (const [path, kind] of Object.entries(wanted)) {
    const value = path.split('.').reduce<unknown>((at, name) => (isObject(at) ? at[name] : undefined), event);
    if (!kinds[kind](value))
      return shape(
        `${path} is ${value === null ? 'null' : Array.isArray(value) ? 'a list' : `of type ${typeof value}`}, where ${kind} is wanted`,
      );
  }
  const { body, isBase64Encoded } = event;
  if (typeof body === 'string') {
    if (body.length > mostBytes)
      return { reason: lambdaReasons['event-size'], says: `a body of ${body.length} characters` };
    if (isBase64Encoded === true && fromBase64(body) === null)
      return { reason: lambdaReasons['event-base64'], says: 'isBase64Encoded is true' };
  }
  return null;
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
  multiValueQueryStringParameters: 'lists|null',
  'requestContext.identity.sourceIp': 'text',
  body: 'text|null',
};
export const httpWanted: Wanted = {
  routeKey: 'text',
  rawPath: 'path',
  rawQueryString: 'text',
  headers: 'texts',
  'requestContext.http.method': 'text',
  'requestContext.http.sourceIp': 'text',
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
