import { Stack } from 'aws-cdk-lib';
import {
  CfnDeployment,
  CfnGatewayResponse,
  CfnMethod,
  CfnModel,
  CfnRequestValidator,
  CfnResource,
  CfnRestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { Construct } from 'constructs';
import { createHash } from 'node:crypto';
import { acknowledge } from '../acknowledge.ts';
import { ApiAuthorizers } from './authorizers.ts';
import type { DocumentApiProps } from './api-props.ts';
import { allowCalls } from './functions.ts';
import { functionWords } from './function-words.ts';
import { policyOf } from './policy.ts';
import { restFindings } from './findings.ts';
import { methodParameters, methodResponses, restIntegration } from './rest-integration.ts';
import { restStage } from './rest-stage.ts';
import type { RoutePlan } from './route-plan.ts';

const draft4 = 'http://json-schema.org/draft-04/schema#';

/** A REST API of the document as one of API Gateway: its resources, methods, models, answers and stage. */
export class RestApiOfDocument extends Construct {
  readonly apiId: string;
  readonly stageName: string;
  readonly stageArn: string;
  readonly url: string;
  readonly #props: DocumentApiProps;
  readonly #resources = new Map<string, string>();
  readonly #models = new Map<string, string>();
  readonly #api: CfnRestApi;

  constructor(scope: Construct, id: string, props: DocumentApiProps) {
    super(scope, id);
    this.#props = props;
    const { document, plan, functions } = props;
    const { api } = plan;
    const stack = Stack.of(this);
    const policy = policyOf(plan.name, api);
    this.#api = new CfnRestApi(this, 'Api', {
      name: `${document.name} ${plan.name}`,
      description: `${plan.name} of ${document.name}`,
      endpointConfiguration: { types: ['REGIONAL'] },
      apiKeySourceType: api.keySource === 'header' ? 'HEADER' : 'AUTHORIZER',
      disableExecuteApiEndpoint: props.mapped,
      ...(api.binaryMediaTypes.length > 0 && { binaryMediaTypes: api.binaryMediaTypes }),
      ...(policy && { policy }),
    });
    this.apiId = this.#api.ref;
    this.#resources.set('', this.#api.attrRootResourceId);
    const arn = stack.formatArn({ service: 'execute-api', resource: this.apiId, resourceName: '*' });
    const authorizers = new ApiAuthorizers(this, plan, this.apiId, functions, (called) =>
      allowCalls(this, called, arn),
    );
    const validator = plan.routes.some(({ given }) => given.validate)
      ? new CfnRequestValidator(this, 'Validator', {
          restApiId: this.apiId,
          name: 'all',
          validateRequestBody: true,
          validateRequestParameters: true,
        })
      : null;
    this.#responses();
    const methods = plan.routes.map((route) => this.#method(route, authorizers, validator, arn));
    // A deployment is a picture of the API, and a stage shows its picture: whatever the methods are made of is in its name.
    const asked = plan.routes.flatMap(({ given, ends }) =>
      ends === 'origin' ? [document.origins[given.to as string]] : [],
    );
    const picture = createHash('sha256')
      .update(JSON.stringify([api, policy, props.mapped, asked, plan.routes.map(({ ends, rules }) => [ends, rules])]))
      .digest('hex')
      .slice(0, 12);
    const deployment = new CfnDeployment(this, `Deployment${picture}`, { restApiId: this.apiId });
    for (const each of [...methods, ...this.node.children.filter((child) => child instanceof CfnGatewayResponse)])
      deployment.node.addDependency(each);
    const stage = restStage(this, props, this.#api, deployment);
    this.stageName = stage.ref;
    this.stageArn = `arn:${stack.partition}:apigateway:${stack.region}::/restapis/${this.apiId}/stages/${this.stageName}`;
    this.url = `https://${this.apiId}.execute-api.${stack.region}.${stack.urlSuffix}/${this.stageName}`;
    acknowledge(this, restFindings(plan));
  }

  #method(
    route: RoutePlan,
    authorizers: ApiAuthorizers,
    validator: CfnRequestValidator | null,
    arn: string,
  ): CfnMethod {
    const { document, plan, functions } = this.#props;
    const { api } = plan;
    const [verb = 'ANY', path = '/'] = route.key.split(' ', 2);
    const words = functionWords(route.given);
    const called = route.ends === 'mock' || route.ends === 'origin' ? null : functions.of(route, words).function;
    if (called) allowCalls(this, called, arn);
    const integration = restIntegration({ document, api, route, words, called, stack: Stack.of(this) });
    const parameters = methodParameters(api, route, integration);
    const answers = methodResponses(route, words);
    const bodies = Object.entries(route.given.validate?.body ?? {});
    return new CfnMethod(this, `Method${verb}${idOf(path)}`, {
      restApiId: this.apiId,
      resourceId: this.#resource(path),
      httpMethod: verb,
      ...authorizers.of(route),
      apiKeyRequired: route.given.key === 'required',
      integration,
      ...(Object.keys(parameters).length > 0 && { requestParameters: parameters }),
      ...(answers.length > 0 && { methodResponses: answers }),
      ...(route.given.operation !== undefined && { operationName: route.given.operation }),
      ...(route.given.validate && validator && { requestValidatorId: validator.ref }),
      ...(bodies.length > 0 && {
        requestModels: Object.fromEntries(bodies.map(([type, model]) => [type, this.#model(model)])),
      }),
    });
  }

  /** The resource of a path, and those on the way to it. */
  #resource(path: string): string {
    const plain = path.replace(/\/$/, '');
    const there = this.#resources.get(plain);
    if (there !== undefined) return there;
    const cut = plain.lastIndexOf('/');
    const made = new CfnResource(this, `Resource${idOf(plain)}`, {
      restApiId: this.apiId,
      parentId: this.#resource(plain.slice(0, cut)),
      pathPart: plain.slice(cut + 1),
    }).ref;
    this.#resources.set(plain, made);
    return made;
  }

  #model(given: unknown): string {
    const schema = (typeof given === 'string' ? this.#props.plan.api.models[given] : given) as object;
    const text = JSON.stringify(schema);
    const there = this.#models.get(text);
    if (there !== undefined) return there;
    const hash = createHash('sha256').update(text).digest('hex').slice(0, 8);
    const name = `${typeof given === 'string' ? given.replaceAll(/[^A-Za-z0-9]/g, '') : 'Inline'}${hash}`;
    const model = new CfnModel(this, `Model${name}`, {
      restApiId: this.apiId,
      name,
      contentType: 'application/json',
      schema: { $schema: draft4, ...schema },
    });
    this.#models.set(text, model.ref);
    return model.ref;
  }

  #responses(): void {
    const { api, routes } = this.#props.plan;
    const own = Object.entries(api.responses).map(([type, { status, headers, templates }]) => ({
      responseType: type,
      ...(status !== undefined && { statusCode: String(status) }),
      ...(Object.keys(headers).length > 0 && {
        responseParameters: Object.fromEntries(
          Object.entries(headers).map(([name, value]) => [`gatewayresponse.header.${name}`, value]),
        ),
      }),
      ...(Object.keys(templates).length > 0 && { responseTemplates: templates }),
    }));
    // Who is refused is told under which number it was noted.
    const refused =
      api.responses['ACCESS_DENIED'] === undefined && routes.some(({ rules }) => rules === 'authorizer')
        ? [
            {
              responseType: 'ACCESS_DENIED',
              statusCode: '403',
              responseParameters: { 'gatewayresponse.header.x-sallyport-trace': 'context.authorizer.trace' },
              responseTemplates: { 'application/json': '{"message":"Forbidden"}' },
            },
          ]
        : [];
    for (const each of [...own, ...refused])
      new CfnGatewayResponse(this, `Response${each.responseType.replaceAll('_', '')}`, {
        restApiId: this.apiId,
        ...each,
      });
  }
}

/** A path as part of an id: no two paths have the same. */
const idOf = (path: string): string =>
  `${path.replaceAll(/[^A-Za-z0-9]/g, '')}${createHash('sha256').update(path).digest('hex').slice(0, 6)}`;
