import { describe, expect, it } from 'vitest';
import { parseDocument } from '../config/parse.ts';
import { exportOpenApi } from './export.ts';
import { importOpenApi } from './import.ts';

const rest = {
  openapi: '3.0.1',
  info: { title: 'Pet Store', version: '1' },
  'x-amazon-apigateway-request-validators': { all: { validateRequestBody: true, validateRequestParameters: true } },
  'x-amazon-apigateway-request-validator': 'all',
  'x-amazon-apigateway-gateway-responses': {
    DEFAULT_4XX: { statusCode: 418, responseParameters: { 'gatewayresponse.header.X-A': "'1'" } },
  },
  'x-amazon-apigateway-binary-media-types': ['image/*'],
  components: {
    schemas: {
      Pet: {
        type: 'object',
        required: ['name'],
        properties: {
          name: { type: 'string' },
          owner: { $ref: '#/components/schemas/Owner' },
          chip: { type: 'string', nullable: true },
        },
      },
      Owner: { type: 'object', properties: { friend: { $ref: '#/components/schemas/Owner' } } },
    },
    securitySchemes: {
      api_key: { type: 'apiKey', name: 'x-api-key', in: 'header' },
      auth: {
        type: 'apiKey',
        name: 'Authorization',
        in: 'header',
        'x-amazon-apigateway-authtype': 'custom',
        'x-amazon-apigateway-authorizer': {
          type: 'token',
          authorizerUri:
            'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:1:function:guard/invocations',
          authorizerResultTtlInSeconds: 60,
          identityValidationExpression: 'Bearer .+',
        },
      },
    },
  },
  paths: {
    '/pets/{id}': {
      parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
      get: {
        operationId: 'getPet',
        parameters: [
          { name: 'full', in: 'query', required: true },
          { name: 'page', in: 'query' },
        ],
        security: [{ auth: [], api_key: [] }],
        'x-amazon-apigateway-integration': {
          type: 'aws_proxy',
          httpMethod: 'POST',
          uri: 'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:1:function:pets/invocations',
        },
      },
      put: {
        requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Pet' } } } },
        'x-amazon-apigateway-integration': {
          type: 'http_proxy',
          httpMethod: 'PUT',
          uri: 'https://pets.example.com/v2/{id}',
        },
      },
      'x-amazon-apigateway-any-method': {
        'x-amazon-apigateway-integration': {
          type: 'mock',
          requestTemplates: { 'application/json': '{"statusCode":405}' },
          responses: {
            default: { statusCode: '405', responseParameters: { 'method.response.header.Allow': "'GET, PUT'" } },
          },
        },
      },
    },
  },
};

describe('OpenAPI in', () => {
  const { document, notes } = importOpenApi(rest, { functions: { pets: './pets.ts' } });
  const api = document.apis['Pet-Store'] as Record<string, never>;
  const routes = api['routes'] as unknown as Record<string, object>;

  it('takes over methods, integrations, keys, authorizers and responses', () => {
    expect(Object.keys(routes)).toEqual(['GET /pets/{id}', 'PUT /pets/{id}', 'ANY /pets/{id}']);
    expect(routes['GET /pets/{id}']).toEqual({
      to: { use: 'function', with: { file: './pets.ts' } },
      authorizer: 'auth',
      key: 'required',
      operation: 'getPet',
      validate: { query: ['full'] },
    });
    expect(routes['PUT /pets/{id}']).toMatchObject({ to: 'pets-example-com', rewrite: '/v2/{id}' });
    expect(document.origins).toEqual({ 'pets-example-com': { url: 'https://pets.example.com' } });
    expect(api).toMatchObject({
      kind: 'rest',
      binaryMediaTypes: ['image/*'],
      responses: { DEFAULT_4XX: { status: 418, headers: { 'X-A': "'1'" } } },
      authorizers: {
        auth: { use: 'lambda', with: { file: './guard.ts', type: 'TOKEN', ttl: '60s', validate: 'Bearer .+' } },
      },
    });
    expect(notes.map((note) => note.path)).toEqual(['components.securitySchemes.auth']);
  });

  it('makes models that stand alone, circles and nullable included', () => {
    const { validate } = routes['PUT /pets/{id}'] as unknown as {
      validate: { body: Record<string, { definitions: Record<string, { properties: Record<string, unknown> }> }> };
    };
    const model = validate.body['application/json'];
    expect(Object.keys(model?.definitions ?? {})).toEqual(['Pet', 'Owner']);
    expect(model?.definitions['Pet']?.properties['chip']).toEqual({ type: ['string', 'null'] });
  });

  it('is a document that loads', () => {
    expect(parseDocument({ ...document }).issues).toEqual([]);
  });

  it('says what it cannot take over', () => {
    const odd = importOpenApi({
      openapi: '3.1.0',
      info: { title: 'x' },
      components: { securitySchemes: { basic: { type: 'http', scheme: 'basic' } } },
      security: [{ basic: [] }],
      paths: { '/a': { get: {} } },
    });
    expect(odd.notes.map((note) => note.path)).toEqual(['components.securitySchemes.basic', 'GET /a']);
    // What nobody can check is not open: the route names an authorizer that is not there, so the document does not load.
    expect(
      (odd.document.apis['x'] as { routes: Record<string, { authorizer: string }> }).routes['GET /a']?.authorizer,
    ).toBe('basic');
    expect(() => importOpenApi({ swagger: '2.0' })).toThrow('OpenAPI 3');
    expect(() => importOpenApi('nonsense')).toThrow('OpenAPI 3');
  });

  it('positive security: shadow describes, enforce also checks', () => {
    const plain = {
      openapi: '3.0.0',
      info: { title: 'p' },
      paths: {
        '/a': {
          post: {
            parameters: [{ name: 'q', in: 'query', required: true }],
            requestBody: { content: { 'application/json': { schema: { type: 'object' } } } },
          },
        },
      },
    };
    const shadow = (
      importOpenApi(plain, { positive: 'shadow', origin: 'http://o.test' }).document.apis['p'] as {
        routes: Record<string, object>;
      }
    ).routes['POST /a'];
    expect(shadow).toEqual({ to: 'main', describes: { query: ['q'], header: [], content: ['application/json'] } });
    expect(
      (importOpenApi(plain, { positive: 'enforce' }).document.apis['p'] as { routes: Record<string, object> }).routes[
        'POST /a'
      ],
    ).toMatchObject({ validate: { query: ['q'], body: { 'application/json': { type: 'object' } } } });
  });
});

describe('OpenAPI out', () => {
  it('comes back as it went', () => {
    const first = importOpenApi(rest, { name: 'pets', functions: { pets: './pets.ts', guard: './guard.ts' } });
    const parsed = parseDocument(first.document).document;
    if (!parsed) throw new Error('does not load');
    const { document: out, notes } = exportOpenApi(parsed, 'pets');
    expect(notes).toEqual([]);
    const second = importOpenApi(out, { name: 'pets', functions: { pets: './pets.ts', guard: './guard.ts' } });
    const again = parseDocument(second.document).document;
    expect(again?.apis['pets']).toEqual({
      ...parsed.apis['pets'],
      authorizers: {
        auth: {
          use: 'lambda',
          with: {
            file: './guard.ts',
            type: 'TOKEN',
            ttl: '60s',
            validate: 'Bearer .+',
            identity: ['method.request.header.Authorization'],
          },
        },
      },
    });
    expect(again?.origins).toEqual(parsed.origins);
  });

  it('names an API that is not there', () => {
    const parsed = parseDocument({ apis: {} }).document;
    expect(() => exportOpenApi(parsed as NonNullable<typeof parsed>, 'x')).toThrow('no API "x"');
  });

  it('request parameters and contentHandling come in and go out', () => {
    const integration = {
      type: 'http',
      httpMethod: 'POST',
      uri: 'https://pets.example.com/v2/{pet}',
      requestParameters: { 'integration.request.path.pet': 'method.request.path.id' },
      contentHandling: 'CONVERT_TO_BINARY',
      passthroughBehavior: 'when_no_match',
      requestTemplates: {},
      responses: { default: { statusCode: '200', responseTemplates: {}, contentHandling: 'CONVERT_TO_TEXT' } },
    };
    const imported = importOpenApi({
      openapi: '3.0.1',
      info: { title: 'p', version: '1' },
      paths: { '/pets/{id}': { post: { 'x-amazon-apigateway-integration': integration } } },
    });
    const route = (imported.document.apis['p'] as { routes: Record<string, unknown> }).routes['POST /pets/{id}'];
    expect(route).toMatchObject({
      map: { request: { 'integration.request.path.pet': 'method.request.path.id' } },
      transform: { content: 'binary', responses: [{ status: 200, content: 'text' }] },
    });
    const { document } = parseDocument(imported.document);
    if (!document) throw new Error('the import does not parse');
    const exported = exportOpenApi(document, 'p').document as unknown as {
      paths: Record<string, { post: Record<string, unknown> }>;
    };
    expect(exported.paths['/pets/{id}']?.post['x-amazon-apigateway-integration']).toMatchObject({
      requestParameters: integration.requestParameters,
      contentHandling: 'CONVERT_TO_BINARY',
      responses: { default: { contentHandling: 'CONVERT_TO_TEXT' } },
    });
  });

  it('VPC links and compression are said to be left out', () => {
    const { notes } = importOpenApi({
      openapi: '3.0.1',
      info: { title: 'p', version: '1' },
      'x-amazon-apigateway-minimum-compression-size': 1000,
      paths: {
        '/a': {
          get: {
            'x-amazon-apigateway-integration': {
              type: 'http_proxy',
              uri: 'http://in.test/a',
              connectionType: 'VPC_LINK',
            },
          },
        },
      },
    });
    expect(notes.map(({ says }) => says.split(';')[0])).toEqual([
      'its VPC link was left out',
      'the gateway does not compress',
    ]);
  });
});
