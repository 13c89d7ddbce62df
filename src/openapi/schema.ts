/** OpenAPI's schemas as JSON Schemas that stand alone: references become local, `nullable` becomes a type. */

type Tree = Record<string, unknown>;

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

const PREFIX = '#/components/schemas/';

/** Names of the components that a schema needs, their own needs included. */
function needs(schema: unknown, components: Tree, found: Set<string>): void {
  if (Array.isArray(schema)) {
    for (const each of schema) needs(each, components, found);
    return;
  }
  if (!isTree(schema)) return;
  const reference = schema['$ref'];
  if (typeof reference === 'string' && reference.startsWith(PREFIX)) {
    const name = reference.slice(PREFIX.length);
    if (!found.has(name)) {
      found.add(name);
      needs(components[name], components, found);
    }
  }
  for (const value of Object.values(schema)) needs(value, components, found);
}

function local(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(local);
  if (!isTree(schema)) return schema;
  const out: Tree = {};
  for (const [name, value] of Object.entries(schema)) {
    if (name === '$ref' && typeof value === 'string') out['$ref'] = value.replace(PREFIX, '#/definitions/');
    else if (
      name === 'nullable' ||
      name === 'example' ||
      name === 'xml' ||
      name === 'discriminator' ||
      name === 'externalDocs'
    )
      continue;
    else out[name] = local(value);
  }
  if (schema['nullable'] === true && typeof out['type'] === 'string') out['type'] = [out['type'], 'null'];
  return out;
}

/** `version` is the document's: 3.0 speaks draft 4, 3.1 a newer one. */
export function standaloneSchema(schema: unknown, components: Tree, version: string): Tree {
  const names = new Set<string>();
  needs(schema, components, names);
  const root = local(schema) as Tree;
  const definitions = Object.fromEntries([...names].map((name) => [name, local(components[name] ?? {})]));
  return {
    ...(version.startsWith('3.1') ? { $schema: 'http://json-schema.org/draft-07/schema#' } : {}),
    // Draft 4 ignores what stands beside a reference, so the reference goes into a list of one.
    ...(typeof root['$ref'] === 'string' && names.size > 0 ? { allOf: [root] } : root),
    ...(names.size > 0 ? { definitions } : {}),
  };
}

/** Follows a reference inside the document; itself when it is none. */
export function resolveReference(value: unknown, document: Tree): unknown {
  const reference = isTree(value) ? value['$ref'] : undefined;
  if (typeof reference !== 'string' || !reference.startsWith('#/')) return value;
  return reference
    .slice(2)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((at, part) => (isTree(at) ? at[part] : undefined), document);
}
