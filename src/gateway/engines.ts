import type { ValidateFunction } from 'ajv';
import type velocity from 'velocityjs';
import { Fault } from '../base/fault.ts';

/**
 * Libraries that only some documents need: a compiler of JSON Schemas and an engine for mapping templates. They are
 * loaded before a document is assembled, so that everything after is synchronous and a plain edge starts without them.
 */
type SchemaCompiler = new (options: object) => { compile(schema: object): ValidateFunction };

interface Engines {
  readonly newer: SchemaCompiler | null;
  readonly draft4: SchemaCompiler | null;
  readonly velocity: Pick<typeof velocity, 'parse' | 'Compile'> | null;
}

let engines: Engines = { newer: null, draft4: null, velocity: null };

// The schema packages are CommonJS; what an import of them calls the default is the class itself or a holder of it.
const classOf = (module: unknown): SchemaCompiler => {
  const outer = (module as { default?: unknown }).default ?? module;
  return ((outer as { default?: unknown }).default ?? outer) as SchemaCompiler;
};

export async function loadEngines(need: { readonly schemas: boolean; readonly templates: boolean }): Promise<void> {
  const [newer, draft4] =
    need.schemas && !engines.newer ? await Promise.all([import('ajv'), import('ajv-draft-04')]) : [null, null];
  const templates = need.templates && !engines.velocity ? await import('velocityjs') : null;
  engines = {
    newer: newer ? classOf(newer) : engines.newer,
    draft4: draft4 ? classOf(draft4) : engines.draft4,
    velocity: templates ? templates.default : engines.velocity,
  };
}

const missing = (name: string): Fault =>
  new Fault('gateway.engine', 'edge', `the engine for ${name} was not loaded before it was asked for`);

export function schemaCompiler(draft4: boolean): SchemaCompiler {
  const found = draft4 ? engines.draft4 : engines.newer;
  if (!found) throw missing('JSON Schemas');
  return found;
}

export function templateEngine(): Pick<typeof velocity, 'parse' | 'Compile'> {
  if (!engines.velocity) throw missing('mapping templates');
  return engines.velocity;
}
