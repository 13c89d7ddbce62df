import { Stack } from 'aws-cdk-lib';
import { CfnAuthorizer as RestAuthorizer } from 'aws-cdk-lib/aws-apigateway';
import { CfnAuthorizer as HttpAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { milliseconds } from '../../base/duration.ts';
import type { Use } from '../../config/use.ts';
import { text } from '../../openapi/importing.ts';
import type { ApiFunctions } from './functions.ts';
import { wordsOf } from './function-words.ts';
import type { ApiPlan } from './plan.ts';
import type { RoutePlan } from './route-plan.ts';
import { functionPart } from './words.ts';

/** How a method or a route says who is asked. */
export interface Asked {
  readonly authorizationType: string;
  readonly authorizerId?: string;
  readonly authorizationScopes?: string[];
}

const mostTtl = 3600;
const nobody = 'NONE';

/** The authorizers of one API, each made when a route first names it; the rules are one of them. */
export class ApiAuthorizers {
  readonly #scope: Construct;
  readonly #plan: ApiPlan;
  readonly #apiId: string;
  readonly #functions: ApiFunctions;
  readonly #allow: (called: IFunction) => void;
  readonly #made = new Map<string, string>();

  constructor(
    scope: Construct,
    plan: ApiPlan,
    apiId: string,
    functions: ApiFunctions,
    allow: (called: IFunction) => void,
  ) {
    this.#scope = scope;
    this.#plan = plan;
    this.#apiId = apiId;
    this.#functions = functions;
    this.#allow = allow;
  }

  of({ given, rules, authorizedByLine }: RoutePlan): Asked {
    if (rules === 'authorizer')
      return { authorizationType: 'CUSTOM', authorizerId: this.#once('Rules', () => this.#rules()) };
    const name = given.authorizer;
    const authorizer = this.#plan.api.authorizers[name];
    if (name === 'none' || authorizedByLine || !authorizer) return { authorizationType: nobody };
    if (authorizer.use === 'iam') return { authorizationType: 'AWS_IAM' };
    const scopes = given.scopes.length > 0 ? { authorizationScopes: given.scopes } : {};
    const authorizerId = this.#once(`Own${name}`, () => this.#make(name, authorizer));
    if (authorizer.use === 'jwt') return { authorizationType: 'JWT', authorizerId, ...scopes };
    if (authorizer.use === 'cognito') return { authorizationType: 'COGNITO_USER_POOLS', authorizerId, ...scopes };
    return { authorizationType: 'CUSTOM', authorizerId };
  }

  #once(key: string, make: () => string): string {
    const there = this.#made.get(key);
    if (there !== undefined) return there;
    const made = make();
    this.#made.set(key, made);
    return made;
  }

  /** Nothing of a verdict is kept: each request is judged. */
  #rules(): string {
    const called = this.#functions.rules().function;
    this.#allow(called);
    return this.#request('Rules', called, {
      name: 'rules',
      simple: true,
      payload: '2.0',
      type: 'REQUEST',
      ttl: 0,
      identity: [],
    });
  }

  #make(name: string, { use, with: options }: Use): string {
    const id = `Own${name.replaceAll(/[^A-Za-z0-9]/g, '')}`;
    const identity = options['identity'];
    if (use === 'jwt')
      return new HttpAuthorizer(this.#scope, id, {
        apiId: this.#apiId,
        name,
        authorizerType: 'JWT',
        identitySource: [typeof identity === 'string' ? identity : '$request.header.Authorization'],
        jwtConfiguration: { issuer: text(options['issuer']), audience: options['audience'] as string[] },
      }).ref;
    if (use === 'cognito')
      return new RestAuthorizer(this.#scope, id, {
        restApiId: this.#apiId,
        name,
        type: 'COGNITO_USER_POOLS',
        identitySource: typeof identity === 'string' ? identity : 'method.request.header.Authorization',
        providerArns: options['pools'] as string[],
        ...(typeof options['validate'] === 'string' && { identityValidationExpression: options['validate'] }),
      }).ref;
    const words = wordsOf({ timeout: '10s', ...functionPart(options) });
    if (typeof words === 'string') throw new Error(`authorizer "${name}": ${words}`);
    const called = this.#functions.own(words, false).function;
    this.#allow(called);
    const sources = Array.isArray(identity) ? (identity as string[]) : [];
    const type = options['type'] === 'TOKEN' ? 'TOKEN' : 'REQUEST';
    const ttl = Math.min(mostTtl, Math.floor((milliseconds(text(options['ttl'], '300s')) ?? 0) / 1000));
    return this.#request(id, called, {
      name,
      type,
      simple: options['simple'] === true,
      payload: text(options['payload'], '2.0'),
      // Without a source there is nothing to keep an answer under; a token is one.
      ttl: sources.length === 0 && type === 'REQUEST' ? 0 : ttl,
      identity: sources,
      ...(typeof options['validate'] === 'string' && { validate: options['validate'] }),
    });
  }

  #request(id: string, called: IFunction, given: RequestWords): string {
    const { partition, region } = Stack.of(this.#scope);
    const authorizerUri = `arn:${partition}:apigateway:${region}:lambda:path/2015-03-31/functions/${called.functionArn}/invocations`;
    if (this.#plan.api.kind === 'rest') {
      const token = given.type === 'TOKEN' ? (given.identity[0] ?? 'method.request.header.Authorization') : undefined;
      const sources = given.identity.map((source) =>
        source.replace(/^\$request\./, 'method.request.').replace(/^\$/, ''),
      );
      return new RestAuthorizer(this.#scope, id, {
        restApiId: this.#apiId,
        name: given.name,
        type: given.type,
        authorizerUri,
        authorizerResultTtlInSeconds: given.ttl,
        ...(token === undefined
          ? sources.length > 0 && { identitySource: sources.join(',') }
          : { identitySource: token }),
        ...(given.validate !== undefined && { identityValidationExpression: given.validate }),
      }).ref;
    }
    return new HttpAuthorizer(this.#scope, id, {
      apiId: this.#apiId,
      name: given.name,
      authorizerType: 'REQUEST',
      authorizerUri,
      authorizerPayloadFormatVersion: given.payload,
      enableSimpleResponses: given.simple,
      authorizerResultTtlInSeconds: given.ttl,
      ...(given.identity.length > 0 && { identitySource: [...given.identity] }),
    }).ref;
  }
}

interface RequestWords {
  readonly name: string;
  readonly type: 'TOKEN' | 'REQUEST';
  readonly simple: boolean;
  readonly payload: string;
  readonly ttl: number;
  readonly identity: readonly string[];
  readonly validate?: string;
}
