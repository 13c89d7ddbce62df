import type { ValidateFunction } from 'ajv';
import { messageOf } from '../base/fault.ts';
import { splitTarget } from '../events/parts-target.ts';
import { queryPairs } from '../http/query.ts';
import type { HttpRequest } from '../http/message.ts';
import type { Call } from './call.ts';
import { schemaCompiler } from './engines.ts';
import { exact } from './mapping-source.ts';

/** Request validation: required parameters, then the body against the model of its content type. */

export interface Validation {
  /** Names that must be there; headers and query parameters compare by case. */
  readonly required: {
    readonly header: readonly string[];
    readonly path: readonly string[];
    readonly querystring: readonly string[];
  };
  /** Media type to JSON Schema. */
  readonly models: Readonly<Record<string, unknown>>;
}

/** Null when the request fits. `detail` is for `validationErrorString` and never leaves by default. */
export interface Complaint {
  readonly kind: 'parameters' | 'body';
  readonly message: string;
  readonly detail: string;
}

export interface Validator {
  readonly needsBody: (contentType: string | undefined) => boolean;
  parameters(request: HttpRequest, call: Call): Complaint | null;
  body(text: string, contentType: string | undefined): Complaint | null;
}

const settings = { allErrors: true, strict: false, validateFormats: false, logger: false as const };

/** A model is draft 4 unless it names a newer one; API Gateway's own models are draft 4. */
function compileModel(schema: unknown): ValidateFunction | string {
  if (typeof schema !== 'object' || schema === null) return 'a model is a JSON Schema object';
  const names = (schema as { $schema?: unknown }).$schema;
  const newer = typeof names === 'string' && !names.includes('draft-04');
  try {
    const { $schema: _, ...rest } = schema as Record<string, unknown>;
    return new (schemaCompiler(!newer))(settings).compile(rest);
  } catch (thrown) {
    return `the model is no JSON Schema: ${messageOf(thrown)}`;
  }
}

const essenceOf = (contentType: string | undefined): string =>
  (contentType ?? 'application/json').split(';', 1)[0]?.trim().toLowerCase() ?? '';

/** Compiles the rules of one method, or says what is wrong with a model. */
export function validator(rules: Validation): Validator | string {
  const models = new Map<string, ValidateFunction>();
  for (const [type, schema] of Object.entries(rules.models)) {
    const model = compileModel(schema);
    if (typeof model === 'string') return `${type}: ${model}`;
    models.set(type.toLowerCase(), model);
  }
  return {
    needsBody: (contentType) => models.has(essenceOf(contentType)),
    parameters(request, call) {
      const missing: string[] = [];
      for (const name of [...rules.required.header].sort())
        if (exact(request.headers, name).length === 0) missing.push(name);
      for (const name of [...rules.required.path].sort()) if (!call.params?.[name]) missing.push(name);
      const query = new Set(queryPairs(splitTarget(request.target).query).map(([name]) => name));
      for (const name of [...rules.required.querystring].sort()) if (!query.has(name)) missing.push(name);
      if (missing.length === 0) return null;
      const message = `Missing required request parameters: [${missing.join(', ')}]`;
      return { kind: 'parameters', message, detail: message };
    },
    body(text, contentType) {
      const model = models.get(essenceOf(contentType));
      if (!model) return null; // content types without a model are not looked at
      let value: unknown;
      try {
        value = JSON.parse(text.trim() === '' ? '{}' : text);
      } catch (thrown) {
        return { kind: 'body', message: 'Invalid request body', detail: `[${messageOf(thrown)}]` };
      }
      if (model(value)) return null;
      const errors = (model.errors ?? []).map(
        (error) => `${error.instancePath || 'object'} ${error.message ?? 'does not fit'}`,
      );
      return { kind: 'body', message: 'Invalid request body', detail: `[${errors.join(', ')}]` };
    },
  };
}
