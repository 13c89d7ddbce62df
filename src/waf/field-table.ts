import type { FieldDefinition } from './field.ts';
import { all } from './fields/all.gen.ts';
import { nearest } from './nearest.ts';
import { RuleError, type SourcePlace } from './rule-error.ts';

/** Fields that other engines have and this one does not, each with the reason. */
const refused: Readonly<Record<string, string>> = {
  ENV: 'the environment of the server is not shown to rules; set a TX variable with SecAction instead',
  SCRIPT_BASENAME: 'no script stands behind a proxy; read REQUEST_BASENAME',
  SCRIPT_FILENAME: 'no script stands behind a proxy; read REQUEST_FILENAME',
  SCRIPT_GID: 'no script stands behind a proxy',
  SCRIPT_GROUPNAME: 'no script stands behind a proxy',
  SCRIPT_MODE: 'no script stands behind a proxy',
  SCRIPT_UID: 'no script stands behind a proxy',
  SCRIPT_USERNAME: 'no script stands behind a proxy',
  STREAM_INPUT_BODY: 'read REQUEST_BODY',
  STREAM_OUTPUT_BODY: 'read RESPONSE_BODY',
  FILES_TMPNAMES: 'uploads are not written to disk; read FILES_TMP_CONTENT',
  USERAGENT_IP: 'read REMOTE_ADDR',
};

const table = new Map<string, FieldDefinition>();
for (const page of all) {
  for (const field of Array.isArray(page) ? (page as readonly FieldDefinition[]) : [page as FieldDefinition]) {
    table.set(field.name, field);
  }
}

export const fields: readonly FieldDefinition[] = [...table.values()];

export const findField = (name: string): FieldDefinition | undefined => table.get(name);

/** The field of that name, or an error that says what there is instead. */
export function fieldNamed(name: string, place?: SourcePlace): FieldDefinition {
  const field = table.get(name);
  if (field !== undefined) return field;
  const hint = refused[name] ?? nearest(name, [...table.keys()]);
  throw new RuleError(`there is no field \`${name}\``, { ...(place && { place }), ...(hint && { hint }) });
}
