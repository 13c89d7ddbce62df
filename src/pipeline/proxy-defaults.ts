import { HeaderList } from '../http/headers.ts';
import type { HttpRequest } from '../http/message.ts';

/** What a REST API adds to and takes from a request that it passes to an HTTP endpoint. */
export function proxyDefaults(request: HttpRequest, apiId: string): HttpRequest {
  const kept = request.headers.without(
    'content-encoding',
    'content-md5',
    'expect',
    'max-forwards',
    'server',
    'www-authenticate',
    'x-amzn-apigateway-api-id',
  );
  const flat = [...kept.flat];
  if (!kept.has('accept')) flat.push('Accept', 'application/json');
  if (!kept.has('user-agent')) flat.push('User-Agent', `AmazonAPIGateway_${apiId}`);
  flat.push('X-Amzn-Apigateway-Api-Id', apiId);
  return { ...request, headers: HeaderList.fromFlat(flat) };
}
