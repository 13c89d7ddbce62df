import { isTree, text, tree, type Importing, type Tree } from './importing.ts';

/** Security schemes to API keys, authorizers and signatures. */
export interface Secured {
  readonly authorizers: Readonly<Record<string, object>>;
  /** What an operation asks of its caller. */
  of(operation: Tree, key: string): Tree;
}

type Scheme =
  | { readonly kind: 'key' }
  | { readonly kind: 'authorizer'; readonly name: string }
  | { readonly kind: 'unknown' };

/** The function that an ARN or invocation URI names. */
export const functionName = (uri: string): string | null => /:function:([A-Za-z0-9_-]+)/.exec(uri)?.[1] ?? null;

export function importAuthorizers(importing: Importing): Secured {
  const { document, options, note } = importing;
  const authorizers: Record<string, object> = {};
  const schemes = new Map<string, Scheme>();
  for (const [name, given] of Object.entries(tree(tree(document['components'])['securitySchemes']))) {
    const path = `components.securitySchemes.${name}`;
    const scheme = tree(given);
    const authorizer = tree(scheme['x-amazon-apigateway-authorizer']);
    const type = text(authorizer['type']).toLowerCase();
    if (type === 'jwt') {
      const { issuer, audience } = tree(authorizer['jwtConfiguration']);
      authorizers[name] = {
        use: 'jwt',
        with: {
          issuer,
          audience,
          ...(typeof authorizer['identitySource'] === 'string' ? { identity: authorizer['identitySource'] } : {}),
        },
      };
      schemes.set(name, { kind: 'authorizer', name });
    } else if (type === 'token' || type === 'request') {
      const own = functionName(text(authorizer['authorizerUri'])) ?? name;
      const file = options.functions?.[own] ?? `./${own}.ts`;
      if (!options.functions?.[own]) note(path, `the authorizer's function "${own}" is taken to be ${file}`);
      const source = text(authorizer['identitySource']);
      const version = authorizer['authorizerPayloadFormatVersion'];
      authorizers[name] = {
        use: 'lambda',
        with: {
          file,
          type: type.toUpperCase(),
          ...(source === '' ? {} : { identity: source.split(',').map((each) => each.trim()) }),
          ...(authorizer['authorizerResultTtlInSeconds'] === undefined
            ? {}
            : { ttl: `${Number(authorizer['authorizerResultTtlInSeconds'])}s` }),
          ...(typeof authorizer['identityValidationExpression'] === 'string'
            ? { validate: authorizer['identityValidationExpression'] }
            : {}),
          ...(version === '1.0' || version === '2.0' ? { payload: version } : {}),
          ...(authorizer['enableSimpleResponses'] === true ? { simple: true } : {}),
        },
      };
      schemes.set(name, { kind: 'authorizer', name });
    } else if (type === 'cognito_user_pools') {
      const header = text(scheme['name'], 'Authorization');
      authorizers[name] = {
        use: 'cognito',
        with: {
          pools: authorizer['providerARNs'] ?? [],
          ...(header === 'Authorization' ? {} : { identity: `method.request.header.${header}` }),
        },
      };
      schemes.set(name, { kind: 'authorizer', name });
    } else if (scheme['x-amazon-apigateway-authtype'] === 'awsSigv4') {
      authorizers[name] = { use: 'iam', with: { callers: {} } };
      note(path, 'signed requests: write the access keys that may call under its "callers"');
      schemes.set(name, { kind: 'authorizer', name });
    } else if (
      scheme['type'] === 'apiKey' &&
      String(scheme['name']).toLowerCase() === 'x-api-key' &&
      scheme['in'] === 'header'
    ) {
      schemes.set(name, { kind: 'key' });
    } else {
      note(
        path,
        'this scheme has no counterpart here: operations that ask for it are refused until they get an authorizer',
      );
      schemes.set(name, { kind: 'unknown' });
    }
  }
  return {
    authorizers,
    of(operation, key) {
      const alternatives = (operation['security'] ?? document['security'] ?? []) as unknown[];
      const first = alternatives.find(isTree);
      if (!first) return {};
      if (alternatives.length > 1) note(`${key}.security`, 'only the first of its alternatives was taken over');
      const out: Tree = {};
      for (const [name, scopes] of Object.entries(first)) {
        const scheme = schemes.get(name);
        if (scheme?.kind === 'key') out['key'] = 'required';
        else if (scheme?.kind === 'authorizer') {
          out['authorizer'] = scheme.name;
          if (Array.isArray(scopes) && scopes.length > 0) out['scopes'] = scopes;
        } else out['authorizer'] = name; // unknown: the document does not load until somebody decides
      }
      return out;
    },
  };
}
