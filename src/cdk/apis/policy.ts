import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { GatewayApiDocument } from '../../config/apis.ts';
import { pathText } from '../../config/issues.ts';

/** Most characters of a resource policy. */
const mostCharacters = 8192;

type Statement = Record<string, unknown>;

/** The resource policy as the template has it; undefined where there is none. Throws for a file that cannot be read. */
export function policyOf(name: string, api: GatewayApiDocument): Record<string, unknown> | undefined {
  if (api.policy === undefined) return undefined;
  const { file } = api.policy as { readonly file?: unknown };
  const given =
    typeof file === 'string' ? (JSON.parse(readFileSync(resolve(file), 'utf8')) as unknown) : (api.policy as unknown);
  const policy = given as Record<string, unknown>;
  const listed = policy['Statement'];
  const statements = (Array.isArray(listed) ? listed : [listed]) as readonly Statement[];
  return {
    ...policy,
    Statement: statements.map((statement) =>
      Object.fromEntries(
        Object.entries(statement).map(([word, value]) =>
          word === 'Resource' || word === 'NotResource' ? [word, relative(value, idsOf(name, api))] : [word, value],
        ),
      ),
    ),
  };
}

/** The id that AWS gives the API is known to no template that makes it: policies name its paths without one. */
function relative(value: unknown, ids: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((each: unknown) => relative(each, ids));
  const arn = /^arn:[^:]*:execute-api:[^:]*:[^:]*:([^/]*)\/(.*)$/.exec(String(value));
  return arn && ids.includes(arn[1] as string) ? `execute-api:/${arn[2]}` : value;
}

const idsOf = (name: string, api: GatewayApiDocument): readonly string[] => [
  api.id ??
    (name
      .toLowerCase()
      .replaceAll(/[^a-z0-9]/g, '')
      .slice(0, 20) ||
      'api'),
  '*',
];

export function policyErrors(name: string, api: GatewayApiDocument): string[] {
  if (api.kind !== 'rest' || api.policy === undefined) return [];
  const place = pathText(['apis', name, 'policy']);
  let text: string;
  try {
    text = JSON.stringify(policyOf(name, api));
  } catch (thrown) {
    return [
      `${place}: ${(thrown as Error).message}: write the policy itself, or a file that the synth can read from ${process.cwd()}`,
    ];
  }
  if (text.length > mostCharacters)
    return [
      `${place}: ${text.length} characters, and API Gateway takes ${mostCharacters}: gather addresses into blocks`,
    ];
  const stranger = /arn:[^:"]*:execute-api:[^:"]*:[^:"]*:([^/"]*)\//.exec(text);
  return stranger
    ? [
        `${place}: ${stranger[0]}… is not this API: write "execute-api:/STAGE/METHOD/PATH", since AWS gives the API its id`,
      ]
    : [];
}
