import type {
  ALBEvent,
  ALBResult,
  APIGatewayAuthorizerResult,
  APIGatewayEventIdentity,
  APIGatewayProxyEvent,
  APIGatewayProxyEventV2,
  APIGatewayProxyResult,
  APIGatewayProxyStructuredResultV2,
  APIGatewayProxyWebsocketEventV2,
  APIGatewayRequestAuthorizerEvent,
  APIGatewayRequestAuthorizerEventV2,
  APIGatewaySimpleAuthorizerResult,
  APIGatewayTokenAuthorizerEvent,
} from 'aws-lambda';
import { describe, expectTypeOf, it } from 'vitest';
import type { AlbEvent, AlbResult } from './alb.ts';
import type {
  PolicyAnswer,
  RequestAuthorizerEvent,
  RequestAuthorizerEventV2,
  SimpleAnswer,
  TokenAuthorizerEvent,
} from './authorizer.ts';
import type { HttpEvent, HttpResult } from './http.ts';
import type { RestEvent, RestIdentity, RestRequestContext, RestResult } from './rest.ts';
import type { SocketEvent } from './websocket.ts';

/**
 * The types that handlers are written against. They ask for three members of `identity` that API Gateway itself leaves
 * out where they do not apply (`apiKey`, `apiKeyId`, `clientCert`), and for an `authorizer` that may be missing.
 */
type Loose<T extends { requestContext: { identity: APIGatewayEventIdentity; authorizer: unknown } }> = Omit<
  T,
  'requestContext'
> & {
  requestContext: Omit<T['requestContext'], 'identity' | 'authorizer'> & {
    identity: Omit<APIGatewayEventIdentity, 'apiKey' | 'apiKeyId' | 'clientCert'>;
  };
};

describe('our events are what the public Lambda types describe', () => {
  it('events handed to a handler', () => {
    expectTypeOf<RestEvent>().toExtend<Loose<APIGatewayProxyEvent>>();
    expectTypeOf<RestRequestContext['authorizer']>().toExtend<APIGatewayProxyEvent['requestContext']['authorizer']>();
    expectTypeOf<RestIdentity['sourceIp']>().toEqualTypeOf<string>();
    expectTypeOf<HttpEvent>().toExtend<APIGatewayProxyEventV2>();
    expectTypeOf<AlbEvent>().toExtend<ALBEvent>();
    expectTypeOf<TokenAuthorizerEvent>().toExtend<APIGatewayTokenAuthorizerEvent>();
    expectTypeOf<RequestAuthorizerEvent>().toExtend<Loose<APIGatewayRequestAuthorizerEvent>>();
    expectTypeOf<Omit<RequestAuthorizerEventV2, 'cookies' | 'identitySource'>>().toExtend<
      Omit<APIGatewayRequestAuthorizerEventV2, 'cookies' | 'identitySource'>
    >();
    expectTypeOf<Omit<SocketEvent, 'requestContext'>>().toExtend<
      Omit<APIGatewayProxyWebsocketEventV2, 'requestContext'>
    >();
  });

  it('answers that we make', () => {
    expectTypeOf<RestResult>().toExtend<APIGatewayProxyResult>();
    expectTypeOf<HttpResult>().toExtend<APIGatewayProxyStructuredResultV2>();
    expectTypeOf<AlbResult>().toExtend<ALBResult>();
    expectTypeOf<PolicyAnswer['principalId']>().toEqualTypeOf<APIGatewayAuthorizerResult['principalId']>();
    expectTypeOf<SimpleAnswer>().toExtend<APIGatewaySimpleAuthorizerResult>();
  });
});
