import { z } from 'zod';
import { document } from '../config/document.ts';
import { registry, type Definition } from './registry.ts';
import { socketPages } from './socket-pages.ts';
import { Sockets } from './sockets.ts';

type Json = Record<string, unknown>;

const schemaOf = (schema: z.core.$ZodType): Json => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Json;
  return rest;
};

/** The document's JSON Schema, with the options of every definition put where they are named: editors complete both. */
export function documentJsonSchema(plugins: readonly Definition[] = []): Json {
  const known = registry([...socketPages(new Sockets(null, new Map())), ...plugins]);
  const schema = z.toJSONSchema(document, { io: 'input', unrepresentable: 'any' }) as Json & {
    $defs: Record<string, Json>;
  };
  const byName = (
    list: Iterable<{ readonly name: string; readonly says: string; readonly options: z.core.$ZodType }>,
    slot: string,
  ): void => {
    const call = schema.$defs[slot];
    if (!call) return;
    call.allOf = [
      ...((call.allOf as Json[] | undefined) ?? []),
      ...[...list].map((each) => ({
        if: { properties: { use: { const: each.name } } },
        then: { properties: { with: schemaOf(each.options) } },
      })),
    ];
  };
  const rules = [...known.rules.values()];
  const call = schema.$defs.RuleCall;
  if (call) {
    (call.properties as Record<string, Json>).name = {
      anyOf: [...rules.map((rule) => ({ const: rule.name, description: rule.says })), { type: 'string' }],
    };
    call.allOf = rules.map((rule) => ({
      if: { properties: { name: { const: rule.name } } },
      then: { properties: { params: schemaOf(rule.params) } },
    }));
  }
  byName([...known.stores.values(), ...known.sinks.values(), ...known.integrations.values()], 'Use');
  return { ...schema, $id: 'https://sallyport.dev/schema.json' };
}
