import { type HeaderList, isFieldValue, isToken } from '../http/headers.ts';
import { splitTarget } from '../events/parts-target.ts';
import { restSource, type MappingSource } from './mapping-source.ts';
import type { RequestMapping } from './parameter-mapping.ts';

/** Request parameters of REST integrations: `integration.request.header|querystring|path.NAME` to an expression. */

/** Fields that API Gateway does not let a mapping set: it answers 500 to every request of such a method. */
const reserved = new Set(['content-length', 'transfer-encoding', 'x-amzn-trace-id', 'x-amzn-apigateway-api-id']);
const reservedForFunctions = new Set(['authorization', 'connection', 'expect', 'proxy-authenticate', 'te']);

interface Parameter {
  readonly on: 'header' | 'querystring' | 'path';
  readonly name: string;
  readonly source: MappingSource;
}

/** Compiles the parameters, or says what is wrong with the first that is. */
export function restRequestMapping(
  given: Readonly<Record<string, string>>,
  isFunction: boolean,
): RequestMapping | string {
  const parameters: Parameter[] = [];
  for (const [key, value] of Object.entries(given)) {
    const parts = /^(?:integration\.request\.)?(header|querystring|path)\.(.+)$/.exec(key);
    if (!parts) return `"${key}": wanted header.NAME, querystring.NAME or path.NAME`;
    const [, on, name] = parts as unknown as [string, Parameter['on'], string];
    if (on === 'header' && !isToken(name)) return `"${key}": "${name}" is no name of a header field`;
    const lower = name.toLowerCase();
    if (on === 'header' && (reserved.has(lower) || (isFunction && reservedForFunctions.has(lower))))
      return `"${key}": this header cannot be mapped; API Gateway would answer 500 to every request`;
    const source = restSource(value);
    if (typeof source === 'string') return `"${key}": ${source}`;
    if (value.startsWith('integration.response')) return `"${key}": ${value} is known only once there is an answer`;
    parameters.push({ on, name, source });
  }
  return {
    needsBody: Object.values(given).some((value) => value.startsWith('method.request.body')),
    apply(input) {
      let { headers } = input.request;
      const { path, query } = splitTarget(input.request.target);
      const asked = query === null || query === '' ? [] : [query];
      const params: Record<string, string> = {};
      for (const { on, name, source } of parameters) {
        const values = source(input);
        if (!values) continue;
        if (on === 'header') headers = overwrite(headers, name, values);
        else if (on === 'path') params[name] = values[0] ?? '';
        else for (const value of values) asked.push(`${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
      }
      const target = asked.length === 0 ? path : `${path}?${asked.join('&')}`;
      return { request: { ...input.request, headers, target }, params };
    },
  };
}

function overwrite(headers: HeaderList, name: string, values: readonly string[]): HeaderList {
  // A value from a request must not become a line of its own.
  const safe = values.map((value) => value.replaceAll(/[\r\n\0]/g, ' ')).filter(isFieldValue);
  return safe.reduce((list, value) => list.append(name, value), headers.without(name.toLowerCase()));
}
