import { text, tree, type Importing, type Tree } from './importing.ts';
import { functionName } from './import-security.ts';

/** `x-amazon-apigateway-integration` to where a route goes. */
export function importIntegration(importing: Importing, key: string, operation: Tree): Tree {
  const { note, options, origins } = importing;
  const given = tree(operation['x-amazon-apigateway-integration']);
  const type = text(given['type']).toLowerCase();
  const timeout = given['timeoutInMillis'] === undefined ? {} : { timeout: `${Number(given['timeoutInMillis'])}ms` };
  if (text(given['connectionType']).toUpperCase() === 'VPC_LINK')
    note(key, 'its VPC link was left out; the origin has to be reachable from where this runs');
  switch (type) {
    case 'aws_proxy':
      return {
        to: {
          use: given['payloadFormatVersion'] === '1.0' && importing.kind === 'http' ? 'function-rest' : 'function',
          with: { file: fileOf(importing, key, given) },
        },
        ...timeout,
      };
    case 'aws':
      return {
        to: { use: 'function', with: { file: fileOf(importing, key, given), proxy: false } },
        transform: transformOf(importing, key, given),
        ...timeout,
      };
    case 'http_proxy':
    case 'http':
      return {
        ...toOrigin(importing, key, text(given['uri'])),
        ...parametersOf(importing, key, given),
        ...(type === 'http' ? { transform: transformOf(importing, key, given) } : {}),
        ...timeout,
      };
    case 'mock':
      return { to: { use: 'mock' }, transform: transformOf(importing, key, given) };
    case '':
      if (origins.has('main')) return { to: 'main' };
      if (options.origin === undefined) note(key, 'has no integration; it answers 501 until it gets one');
      return { to: { use: 'mock', with: { status: 501, body: '{"message":"Not Implemented"}' } } };
    default:
      note(key, `an integration of type "${type}" has no counterpart here; it answers 501`);
      return { to: { use: 'mock', with: { status: 501, body: '{"message":"Not Implemented"}' } } };
  }
}

function fileOf({ options, note }: Importing, key: string, given: Tree): string {
  const uri = given['uri'];
  const named = typeof uri === 'string' ? uri : JSON.stringify(uri ?? '');
  const name = functionName(named);
  if (name && options.functions?.[name]) return options.functions[name];
  const file = `./${
    name ??
    key
      .replaceAll(/[^A-Za-z0-9]+/g, '-')
      .replaceAll(/^-|-$/g, '')
      .toLowerCase()
  }.ts`;
  note(key, `the function ${name ? `"${name}"` : 'of its integration'} is taken to be ${file}`);
  return file;
}

/** An address to an origin and the path there. */
function toOrigin({ origins, note }: Importing, key: string, uri: string): Tree {
  const parts = /^(https?):\/\/([^/?#${}]+)(\/[^?#]*)?/.exec(uri);
  if (!parts) {
    note(key, `its address "${uri}" has a variable in its host; it answers 501 until it gets an origin`);
    return { to: { use: 'mock', with: { status: 501 } } };
  }
  const url = `${parts[1]}://${parts[2]}`;
  const there = [...origins].find(([, each]) => each === url)?.[0];
  const name = there ?? (parts[2] as string).replaceAll(/[^A-Za-z0-9]+/g, '-');
  origins.set(name, url);
  return { to: name, ...(parts[3] ? { rewrite: parts[3] } : {}) };
}

function transformOf({ note }: Importing, key: string, given: Tree): Tree {
  const responses = Object.entries(tree(given['responses'])).map(([pattern, each]) => {
    const { statusCode, responseParameters, responseTemplates, contentHandling } = tree(each);
    const headers = Object.fromEntries(
      Object.entries(tree(responseParameters)).map(([field, value]) => [
        field.replace(/^method\.response\.header\./, ''),
        value,
      ]),
    );
    return {
      ...(pattern === 'default' ? {} : { pattern }),
      status: Number(statusCode ?? 200),
      headers,
      templates: tree(responseTemplates),
      ...contentOf(contentHandling),
    };
  });
  if (responses.length === 0) note(key, 'has no integration responses; one for 200 was added');
  const passthrough = text(given['passthroughBehavior'], 'when_no_match').toUpperCase();
  return {
    templates: tree(given['requestTemplates']),
    passthrough,
    ...contentOf(given['contentHandling']),
    responses: responses.length > 0 ? responses : [{ status: 200 }],
  };
}

/** Request parameters of either kind of API: REST names what is set, an HTTP API how. */
function parametersOf({ kind, note }: Importing, key: string, given: Tree): Tree {
  const all = Object.entries(tree(given['requestParameters'])).map(([name, value]) => [name, text(value)] as const);
  if (all.length === 0) return {};
  const wanted =
    kind === 'rest' ? /^integration\.request\.(?:header|querystring|path)\./ : /^(?:append|overwrite|remove):/;
  for (const [name] of all)
    if (!wanted.test(name)) note(key, `its request parameter "${name}" has no counterpart here and was left out`);
  const kept = all.filter(([name]) => wanted.test(name));
  return { map: { request: Object.fromEntries(kept) } };
}

const contentOf = (given: unknown): Tree =>
  given === 'CONVERT_TO_TEXT' ? { content: 'text' } : given === 'CONVERT_TO_BINARY' ? { content: 'binary' } : {};
