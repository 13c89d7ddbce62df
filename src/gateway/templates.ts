import { base64, fromBase64, fromUtf8, utf8 } from '../base/bytes.ts';
import { messageOf } from '../base/fault.ts';
import { splitTarget } from '../events/parts-target.ts';
import { queryPairs } from '../http/query.ts';
import type { MappingInput } from './mapping-source.ts';
import { exact } from './mapping-source.ts';
import { templateEngine } from './engines.ts';
import { parseJsonPath } from './json-path.ts';
import { contextNames, contextValue } from './variables.ts';

/** Mapping templates: Velocity's language with API Gateway's `$input`, `$util`, `$context` and `$stageVariables`. */

export interface Rendered {
  readonly text: string;
  /** What the template set through `$context.requestOverride` and `$context.responseOverride`. */
  readonly overrides: {
    readonly path: Readonly<Record<string, string>>;
    readonly header: Readonly<Record<string, string>>;
    readonly querystring: Readonly<Record<string, string>>;
    readonly responseHeader: Readonly<Record<string, string>>;
    readonly status: number | null;
  };
}

export interface Template {
  render(input: MappingInput & { readonly payload: string }): Rendered;
}

const MOST_TEMPLATE = 300 * 1024;

/** Compiles a template, or says why it is none. */
export function parseTemplate(text: string): Template | string {
  if (text.length > MOST_TEMPLATE)
    return `the template has ${text.length} characters; API Gateway takes ${MOST_TEMPLATE}`;
  const velocity = templateEngine();
  let tree: ReturnType<typeof velocity.parse>;
  try {
    tree = velocity.parse(text);
    countRounds(tree, velocity.parse('$_rounds.next()'));
  } catch (thrown) {
    return `the template does not parse: ${messageOf(thrown)}`;
  }
  return {
    render(input) {
      const scope = scopeOf(input);
      const text = new velocity.Compile(tree, { escape: false }).render(
        { ...scope.names, _rounds: rounds() },
        {},
        true,
      );
      return { text, overrides: scope.overrides() };
    },
  };
}

/** Rounds of all `#foreach` of a template together. */
const MOST_ROUNDS = 1000;

const rounds = (): { next(): string } => {
  let done = 0;
  return {
    next() {
      done += 1;
      if (done > MOST_ROUNDS)
        throw new Error(`more than ${MOST_ROUNDS} rounds of #foreach, which is all that API Gateway takes`);
      return '';
    },
  };
};

/** Puts a count at the beginning of each loop's body: the engine has no limit of its own. */
function countRounds(tree: unknown, count: readonly unknown[]): void {
  if (!Array.isArray(tree)) return;
  for (const part of tree) countRounds(part, count);
  if ((tree[0] as { type?: unknown } | undefined)?.type === 'foreach') tree.splice(1, 0, ...count);
}

type Tree = Record<string, unknown>;

function scopeOf(input: MappingInput & { readonly payload: string }): {
  readonly names: Tree;
  overrides(): Rendered['overrides'];
} {
  const request = bag(['path', 'header', 'querystring']);
  const response = bag(['header']);
  const context = contextTree(input);
  context['requestOverride'] = request;
  context['responseOverride'] = response;
  let parsed: unknown;
  let tried = false;
  const payload = (): unknown => {
    if (!tried) {
      tried = true;
      try {
        parsed = JSON.parse(input.payload);
      } catch {
        parsed = input.payload;
      }
    }
    return parsed;
  };
  return {
    names: { input: inputOf(input, payload), util, context, stageVariables: plain(input.call.stageVariables ?? {}) },
    overrides: () => {
      const status = Number(response['status']);
      return {
        path: strings(request['path']),
        header: strings(request['header']),
        querystring: strings(request['querystring']),
        responseHeader: strings(response['header']),
        status:
          response['status'] !== undefined && Number.isInteger(status) && status >= 100 && status <= 599
            ? status
            : null,
      };
    },
  };
}

const plain = (values: Readonly<Record<string, unknown>>): Tree => ({ ...values });
const bag = (names: readonly string[]): Tree => Object.fromEntries(names.map((name) => [name, {}]));
const strings = (value: unknown): Record<string, string> =>
  Object.fromEntries(Object.entries((value ?? {}) as Tree).map(([name, each]) => [name, String(each)]));

function contextTree(input: MappingInput): Tree {
  const tree: Tree = {};
  for (const name of contextNames) {
    const value = contextValue(input.call, input.request, name);
    if (value !== null) put(tree, name.split('.'), value);
  }
  if (input.call.authorizer)
    tree['authorizer'] = { ...(tree['authorizer'] as Tree | undefined), ...input.call.authorizer };
  tree['identity'] = { ...(tree['identity'] as Tree | undefined), ...input.call.identity };
  return tree;
}

function put(tree: Tree, path: readonly string[], value: unknown): void {
  let at = tree;
  for (const name of path.slice(0, -1)) at = (at[name] ??= {}) as Tree;
  at[path.at(-1) as string] = value;
}

/** `$input`: the payload by path, and the request's parameters. */
function inputOf(input: MappingInput & { readonly payload: string }, payload: () => unknown): Tree {
  const read = (path: unknown): unknown => parseJsonPath(String(path))?.read(payload());
  const pathOf = (name: string): string | undefined => input.call.params?.[name];
  const queryOf = (name: string): string | undefined =>
    queryPairs(splitTarget(input.request.target).query).findLast(([each]) => each === name)?.[1];
  const headerOf = (name: string): string | undefined =>
    exact(input.request.headers, name).at(-1) ?? input.request.headers.get(name.toLowerCase());
  return {
    body: input.payload,
    json: (path: unknown) => JSON.stringify(read(path) ?? null),
    path: (path: unknown) => read(path) ?? null,
    params: (name?: string) => {
      if (name !== undefined) return pathOf(name) ?? queryOf(name) ?? headerOf(name) ?? '';
      return {
        path: plain(input.call.params ?? {}),
        querystring: Object.fromEntries(queryPairs(splitTarget(input.request.target).query)),
        header: Object.fromEntries(input.request.headers),
      };
    },
  };
}

/** `$util`. `escapeJavaScript` also escapes the single quote, which JSON does not know: AWS's trap, kept. */
const util: Tree = {
  escapeJavaScript: (value: unknown) =>
    JSON.stringify(String(value))
      .slice(1, -1)
      .replaceAll("'", String.raw`\'`)
      .replaceAll('/', String.raw`\/`),
  parseJson: (value: unknown) => {
    try {
      return JSON.parse(String(value)) as unknown;
    } catch {
      return null;
    }
  },
  urlEncode: (value: unknown) => encodeURIComponent(String(value)).replaceAll('%20', '+'),
  urlDecode: (value: unknown) => {
    try {
      return decodeURIComponent(String(value).replaceAll('+', ' '));
    } catch {
      return '';
    }
  },
  base64Encode: (value: unknown) => base64(utf8(String(value))),
  base64Decode: (value: unknown) => {
    const bytes = fromBase64(String(value));
    return bytes === null ? '' : fromUtf8(bytes);
  },
};
