import { importAuthorizers, type Secured } from './import-security.ts';
import { importIntegration } from './import-integration.ts';
import { isTree, text, tree, type Importing, type ImportOptions, type Tree } from './importing.ts';
import { resolveReference, standaloneSchema } from './schema.ts';

export type { ImportOptions } from './importing.ts';

/** An OpenAPI 3 document, with API Gateway's extensions where it has them, to a part of a Sallyport document. */

export interface Imported {
  /** `{ apis, origins }`, to be put into a document. */
  readonly document: {
    readonly apis: Readonly<Record<string, object>>;
    readonly origins: Readonly<Record<string, object>>;
  };
  /** What could not be taken over as it stands, with its place. */
  readonly notes: readonly { readonly path: string; readonly says: string }[];
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'x-amazon-apigateway-any-method'] as const;

/** Throws a `TypeError` when it is no OpenAPI 3 document. */
export function importOpenApi(given: unknown, options: ImportOptions = {}): Imported {
  const document = tree(given);
  const version = text(document['openapi']);
  if (!version.startsWith('3.'))
    throw new TypeError(
      `wanted an OpenAPI 3 document, found ${version === '' ? 'no "openapi" member' : `version ${version}`}`,
    );
  const notes: { path: string; says: string }[] = [];
  const importing: Importing = {
    document,
    options,
    kind: options.kind ?? kindOf(document),
    origins: new Map(),
    note: (path, says) => void notes.push({ path, says }),
  };
  if (options.origin !== undefined) importing.origins.set('main', new URL(options.origin).origin);
  const security = importAuthorizers(importing);
  const routes: Record<string, object> = {};
  for (const [path, given] of Object.entries(tree(document['paths']))) {
    const item = tree(resolveReference(given, document));
    for (const method of methods) {
      if (!isTree(item[method])) continue;
      const operation = item[method];
      const verb = method.startsWith('x-') ? 'ANY' : method.toUpperCase();
      const key =
        tree(operation['x-amazon-apigateway-integration'])['isDefaultRoute'] === true || path === '/$default'
          ? '$default'
          : `${verb} ${path}`;
      routes[key] = importOperation(importing, key, item, operation, security);
    }
  }
  const info = tree(document['info']);
  const name =
    options.name ??
    (text(info['title'], 'api')
      .replaceAll(/[^A-Za-z0-9_-]+/g, '-')
      .replace(/^[^A-Za-z]+|-$/g, '') ||
      'api');
  const api: Tree = {
    kind: importing.kind,
    ...extensions(importing),
    ...(Object.keys(security.authorizers).length > 0 ? { authorizers: security.authorizers } : {}),
    ...(options.positive ? { positive: options.positive } : {}),
    routes,
  };
  const origins = Object.fromEntries([...importing.origins].map(([own, url]) => [own, { url }]));
  return { document: { apis: { [name]: api }, origins }, notes };
}

/** Parts that only one kind of API has decide what it is. */
function kindOf(document: Tree): 'rest' | 'http' {
  const text = JSON.stringify(document);
  if (
    document['x-amazon-apigateway-cors'] !== undefined ||
    /"payloadFormatVersion":"2\.0"|"isDefaultRoute":true|"type":"jwt"/.test(text)
  )
    return 'http';
  return 'rest';
}

function extensions(importing: Importing): Tree {
  const { document, kind, note } = importing;
  const out: Tree = {};
  const binary = document['x-amazon-apigateway-binary-media-types'];
  if (Array.isArray(binary)) out['binaryMediaTypes'] = binary;
  if (document['x-amazon-apigateway-policy'] !== undefined) {
    if (kind === 'rest') out['policy'] = document['x-amazon-apigateway-policy'];
    else
      note(
        'x-amazon-apigateway-policy',
        'HTTP APIs have no resource policy; it was left out, so nothing it denied is denied now',
      );
  }
  if (document['x-amazon-apigateway-api-key-source'] === 'AUTHORIZER') out['keySource'] = 'authorizer';
  const responses = tree(document['x-amazon-apigateway-gateway-responses']);
  if (Object.keys(responses).length > 0) {
    out['responses'] = Object.fromEntries(
      Object.entries(responses).map(([type, each]) => {
        const { statusCode, responseParameters, responseTemplates } = tree(each);
        const headers = Object.fromEntries(
          Object.entries(tree(responseParameters)).map(([field, value]) => [
            field.replace(/^gatewayresponse\.header\./, ''),
            value,
          ]),
        );
        return [
          type,
          {
            ...(statusCode === undefined ? {} : { status: Number(statusCode) }),
            headers,
            templates: tree(responseTemplates),
          },
        ];
      }),
    );
  }
  if (document['x-amazon-apigateway-minimum-compression-size'] !== undefined)
    note('x-amazon-apigateway-minimum-compression-size', 'the gateway does not compress; an edge in front of it does');
  const cors = tree(document['x-amazon-apigateway-cors']);
  if (Object.keys(cors).length > 0) out['cors'] = cors;
  const server = tree(list(document['servers'])[0]);
  const basePath = tree(tree(server['variables'])['basePath'])['default'];
  if (typeof basePath === 'string' && /^\/?[A-Za-z0-9_-]+$/.test(basePath)) out['stage'] = basePath.replace(/^\//, '');
  return out;
}

function importOperation(importing: Importing, key: string, item: Tree, operation: Tree, security: Secured): object {
  const { document, options } = importing;
  const route: Tree = { ...importIntegration(importing, key, operation), ...security.of(operation, key) };
  if (typeof operation['operationId'] === 'string') route['operation'] = operation['operationId'];

  const parameters = [...list(item['parameters']), ...list(operation['parameters'])].map((each) =>
    tree(resolveReference(each, document)),
  );
  const names = (place: string, required: boolean): string[] =>
    parameters
      .filter((each) => each['in'] === place && (!required || each['required'] === true))
      .map((each) => String(each['name']));
  const body = tree(resolveReference(operation['requestBody'], document));
  const content = tree(body['content']);

  const checks = validators(document, operation);
  const positive = options.positive !== undefined && options.positive !== 'off';
  const validate: Tree = {};
  // In shadow nothing may be refused that was not refused before, so only what AWS itself would check is checked.
  if (checks.parameters || options.positive === 'enforce') {
    const header = names('header', true);
    const query = names('query', true);
    if (header.length > 0) validate['header'] = header;
    if (query.length > 0) validate['query'] = query;
  }
  if (checks.body || options.positive === 'enforce') {
    const components = tree(tree(document['components'])['schemas']);
    const models = Object.entries(content)
      .filter(([type, each]) => /json/i.test(type) && tree(each)['schema'] !== undefined)
      .map(([type, each]) => [type, standaloneSchema(tree(each)['schema'], components, String(document['openapi']))]);
    if (models.length > 0) validate['body'] = Object.fromEntries(models);
  }
  if (Object.keys(validate).length > 0) route['validate'] = validate;
  if (positive)
    route['describes'] = {
      query: names('query', false),
      header: names('header', false),
      content: Object.keys(content),
    };
  return route;
}

/** What the operation's validator, or the document's, asks for. */
function validators(document: Tree, operation: Tree): { readonly body: boolean; readonly parameters: boolean } {
  const name = operation['x-amazon-apigateway-request-validator'] ?? document['x-amazon-apigateway-request-validator'];
  const found = typeof name === 'string' ? tree(tree(document['x-amazon-apigateway-request-validators'])[name]) : {};
  return { body: found['validateRequestBody'] === true, parameters: found['validateRequestParameters'] === true };
}
