import { systemClock, type Clock } from '../base/clock.ts';
import { utf8 } from '../base/bytes.ts';
import { signatureOf } from '../gateway/sigv4.ts';
import { HeaderList } from '../http/headers.ts';
import { nodeDigest } from '../net/digest.ts';

/** One call of an AWS API. Bodies are small texts: nothing here is streamed. */
export interface AwsRequest {
  /** As signatures name it, e.g. `secretsmanager`. */
  readonly service: string;
  readonly region: string;
  /** Without the endpoint, e.g. `secretsmanager.eu-west-1.amazonaws.com`. */
  readonly host: string;
  readonly method: 'GET' | 'POST' | 'PUT';
  /** Path and query, encoded. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface AwsResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export type AwsCall = (request: AwsRequest) => Promise<AwsResponse>;

interface Surroundings {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly clock?: Clock;
  readonly timeoutMs?: number;
}

/**
 * Calls signed with the credentials that Lambda gives its functions. An authorizer makes one of these in its first request:
 * an SDK client would cost it more to load than to ask. `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_<SERVICE>` lead elsewhere,
 * as they do for the SDKs. Rejects when there are no credentials or no answer comes; any status is an answer.
 */
export function awsCall(around: Surroundings = {}): AwsCall {
  const env = around.env ?? process.env;
  const clock = around.clock ?? systemClock;
  return async (request) => {
    const endpoint =
      env[`AWS_ENDPOINT_URL_${request.service.toUpperCase()}`] ?? env['AWS_ENDPOINT_URL'] ?? `https://${request.host}`;
    const response = await fetch(`${endpoint.replace(/\/$/, '')}${request.target}`, {
      method: request.method,
      headers: signed(request, new URL(endpoint).host, env, clock.now()),
      signal: AbortSignal.timeout(around.timeoutMs ?? 5000),
      ...(request.method !== 'GET' && { body: request.body }),
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
}

/** The fields of the request with its signature, version 4. */
export function signed(
  request: AwsRequest,
  host: string,
  env: Readonly<Record<string, string | undefined>>,
  now: number,
): Record<string, string> {
  const key = env['AWS_ACCESS_KEY_ID'];
  const secret = env['AWS_SECRET_ACCESS_KEY'];
  if (!key || !secret)
    throw new Error('there are no AWS credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set');
  const at = new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const date = at.slice(0, 8);
  const token = env['AWS_SESSION_TOKEN'];
  const headers: Record<string, string> = {
    ...request.headers,
    'x-amz-date': at,
    ...(token !== undefined && token !== '' && { 'x-amz-security-token': token }),
  };
  const all = { ...headers, host };
  const signedHeaders = Object.keys(all).toSorted();
  const signature = signatureOf(
    {
      method: request.method,
      target: request.target,
      version: '1.1',
      headers: HeaderList.fromFlat(Object.entries(all).flat()),
      body: null,
    },
    {
      accessKey: key,
      date,
      region: request.region,
      service: request.service,
      at,
      expires: null,
      signedHeaders,
      securityToken: token ?? null,
      form: 'header',
    },
    utf8(request.body),
    secret,
    nodeDigest,
  );
  const scope = `${key}/${date}/${request.region}/${request.service}/aws4_request`;
  return {
    ...headers,
    authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`,
  };
}
