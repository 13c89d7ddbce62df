import type { TransformDocument } from '../config/api-routes.ts';
import { utf8 } from '../base/bytes.ts';
import { isBinaryType } from '../events/parts.ts';
import { functionErrorFact, originParamsFact } from '../flow/shared-facts.ts';
import { Fault } from '../base/fault.ts';
import type { Exchange } from '../flow/exchange.ts';
import { refuse } from '../flow/refuse.ts';
import type { Handle } from '../flow/stage.ts';
import { Body } from '../http/body.ts';
import { HeaderList, isFieldValue } from '../http/headers.ts';
import type { HttpRequest, HttpResponse } from '../http/message.ts';
import { splitTarget } from '../events/parts-target.ts';
import { validationReasons } from './api-reasons.ts';
import type { Call } from './call.ts';
import { requestContent, responseContent, templateText, type Content } from './content-handling.ts';
import { restSource, type MappingInput, type MappingSource } from './mapping-source.ts';
import { parseTemplate, type Rendered, type Template } from './templates.ts';

/** A non-proxy integration of a REST API: the request rendered by a template, the answer chosen by a pattern and rendered again. */
export interface Transform {
  /** `asked` is the request as the method got it, before parameters were mapped. */
  apply(exchange: Exchange, begun: Call, asked: HttpRequest, most: number, integration: Handle): Promise<HttpResponse>;
}

interface ResponseRule {
  readonly pattern: RegExp | null;
  readonly status: number;
  readonly headers: readonly (readonly [string, MappingSource])[];
  readonly templates: ReadonlyMap<string, Template>;
  readonly content: Content | undefined;
}

const essence = (type: string | undefined): string =>
  (type ?? 'application/json').split(';', 1)[0]?.trim().toLowerCase() ?? '';

/** Compiles one, or says what is wrong, with its place. `mock` answers from the template alone. */
export function transform(
  given: TransformDocument,
  mock: boolean,
): Transform | { readonly at: string; readonly says: string } {
  const problems: { at: string; says: string }[] = [];
  const templates = (texts: Readonly<Record<string, string>>, at: string): ReadonlyMap<string, Template> => {
    const compiled = new Map<string, Template>();
    for (const [type, text] of Object.entries(texts)) {
      const template = parseTemplate(text);
      if (typeof template === 'string') problems.push({ at: `${at}["${type}"]`, says: template });
      else compiled.set(type.toLowerCase(), template);
    }
    return compiled;
  };
  const requests = templates(given.templates, 'templates');
  const responses = given.responses.map((each, at): ResponseRule => {
    const headers: [string, MappingSource][] = [];
    for (const [name, expression] of Object.entries(each.headers)) {
      const source = restSource(expression);
      if (typeof source === 'string') problems.push({ at: `responses[${at}].headers["${name}"]`, says: source });
      else headers.push([name, source]);
    }
    let pattern: RegExp | null = null;
    if (each.pattern !== undefined && each.pattern !== '') {
      try {
        pattern = new RegExp(`^(?:${each.pattern})$`);
      } catch {
        problems.push({ at: `responses[${at}].pattern`, says: 'is no regular expression' });
      }
    }
    return {
      pattern,
      status: each.status,
      headers,
      templates: templates(each.templates, `responses[${at}].templates`),
      content: each.content,
    };
  });
  const first = problems[0];
  if (first) return first;

  return {
    async apply(exchange, begun, asked, most, integration) {
      const bytes = asked.body ? await asked.body.bytes(most) : new Uint8Array();
      const contentType = asked.headers.get('content-type');
      const type = essence(contentType);
      const template = requests.get(type) ?? requests.get('$default');
      if (
        !template &&
        (given.passthrough === 'NEVER' || (given.passthrough === 'WHEN_NO_TEMPLATES' && requests.size > 0))
      ) {
        begun.error = { type: 'UNSUPPORTED_MEDIA_TYPE', message: 'Unsupported Media Type', member: 'message' };
        return refuse(exchange, 'gateway.transform', validationReasons.unsupported, { facts: { type } });
      }
      const converted = requestContent(bytes, contentType, begun.binaryMediaTypes, given.content);
      if (converted === null) throw configuration('the request was to be converted from base64 and is none');
      const isBinary = given.content !== 'text' && isBinaryType(contentType, begun.binaryMediaTypes);
      const payload = templateText(converted, isBinary);
      const rendered = template
        ? render(template, { call: begun, request: asked, body: payload, payload: payload === '' ? '{}' : payload })
        : null;
      if (rendered) exchange.request = overridden(exchange, rendered);
      else if (converted !== bytes) exchange.request = withBody(exchange.request, Body.of(converted));
      const response = mock ? mocked(rendered?.text ?? payload) : await integration(exchange);
      return answer(responses, exchange, begun, asked, payload, response, rendered, mock);
    },
  };
}

function render(template: Template, input: MappingInput & { readonly payload: string }): Rendered {
  try {
    return template.render(input);
  } catch (thrown) {
    throw configuration(`a mapping template failed: ${(thrown as Error).message}`, thrown);
  }
}

const configuration = (says: string, cause?: unknown): Fault =>
  new Fault('gateway.transform.configuration', 'config', says, { status: 500, cause });

/** The template's answer is the new body; what it set through `requestOverride` lies over the rest. */
function overridden(exchange: Exchange, rendered: Rendered): HttpRequest {
  const { request } = exchange;
  const { overrides } = rendered;
  let { headers } = request;
  for (const [name, value] of Object.entries(overrides.header))
    if (isFieldValue(value)) headers = headers.with(name, value);
  const { path, query } = splitTarget(request.target);
  if (Object.keys(overrides.path).length > 0)
    exchange.facts.set(originParamsFact, { ...exchange.facts.get(originParamsFact), ...overrides.path });
  const added = Object.entries(overrides.querystring).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
  );
  const all = [query ?? '', ...added].filter((part) => part !== '').join('&');
  const target = all === '' ? path : `${path}?${all}`;
  return withBody({ ...request, target, headers }, Body.of(rendered.text));
}

const withBody = (request: HttpRequest, body: Body): HttpRequest => ({
  ...request,
  headers: request.headers.without('content-length', 'transfer-encoding'),
  body,
});

/** A mock's template must render JSON with an integer `statusCode`. */
function mocked(text: string): HttpResponse {
  let status: unknown;
  try {
    status = (JSON.parse(text) as { statusCode?: unknown }).statusCode;
  } catch (thrown) {
    throw configuration('the mock template rendered no JSON', thrown);
  }
  if (typeof status !== 'number' || !Number.isInteger(status))
    throw configuration('the mock template rendered no integer "statusCode"');
  return { status, headers: HeaderList.empty, body: null, from: { by: 'integration', name: 'mock' } };
}

async function answer(
  rules: readonly ResponseRule[],
  exchange: Exchange,
  begun: Call,
  request: HttpRequest,
  requestBody: string,
  response: HttpResponse,
  rendered: Rendered | null,
  mock: boolean,
): Promise<HttpResponse> {
  if (response.from.by === 'refusal' || response.from.by === 'fault') return response;
  const error = exchange.facts.get(functionErrorFact);
  const isFunction = response.from.by === 'integration' && response.from.name.startsWith('function');
  const subject = isFunction ? (error ?? null) : String(response.status);
  const rule =
    rules.find((each) => each.pattern !== null && subject !== null && each.pattern.test(subject)) ??
    rules.find((each) => each.pattern === null);
  if (!rule)
    throw configuration(
      `no integration response fits ${isFunction ? "the function's answer" : `status ${response.status}`}`,
    );
  const bytes = response.body ? await response.body.bytes(10 * 1024 * 1024) : new Uint8Array();
  const answered = response.headers.get('content-type');
  const payload = templateText(bytes, isBinaryType(answered, begun.binaryMediaTypes));
  const input: MappingInput = {
    call: begun,
    request,
    body: requestBody,
    response: { status: response.status, headers: response.headers, body: payload },
  };
  const first = request.headers.get('accept')?.split(',', 1)[0]?.trim();
  const accept = essence(first);
  const [type, template] = pick(rule.templates, accept);
  const output = template ? render(template, { ...input, payload }) : null;
  let headers = HeaderList.of({
    'Content-Type': template ? type : (answered ?? 'application/json'),
  });
  for (const [name, source] of rule.headers)
    for (const value of source(input) ?? [])
      if (isFieldValue(value))
        headers = headers.has(name.toLowerCase()) ? headers.with(name, value) : headers.append(name, value);
  for (const [name, value] of Object.entries({
    ...rendered?.overrides.responseHeader,
    ...output?.overrides.responseHeader,
  }))
    if (isFieldValue(value)) headers = headers.with(name, value);
  const status = output?.overrides.status ?? rendered?.overrides.status ?? rule.status;
  // What a template rendered is text, and converted only where the document says so.
  const content =
    output && rule.content !== 'binary'
      ? utf8(output.text)
      : responseContent(
          output ? utf8(output.text) : mock ? new Uint8Array() : bytes,
          { type: output ? type : answered, accept: first },
          begun.binaryMediaTypes,
          output ? 'binary' : rule.content,
        );
  if (content === null) throw configuration('the answer was to be converted from base64 and is none');
  const body = Body.of(content);
  return { status, headers: headers.append('Content-Length', String(body.length)), body, from: response.from };
}

function pick(templates: ReadonlyMap<string, Template>, accept: string): readonly [string, Template | undefined] {
  for (const type of [accept, 'application/json']) {
    const found = templates.get(type);
    if (found) return [type, found];
  }
  const first = templates.entries().next().value;
  return first ?? ['application/json', undefined];
}
