import { globalRegistry, type $ZodIssue, type $ZodObjectDef, type $ZodType, type $ZodTypes } from 'zod/v4/core';
import { nearest } from '../base/named.ts';

/** One thing wrong in a document: where, what was wanted, what was found, what to write instead. */
export interface Issue {
  /** `routes["GET /orders"].throttle.rate` */
  readonly path: string;
  readonly wanted: string;
  readonly found: string;
  readonly hint: string | null;
}

export class DocumentError extends Error {
  override readonly name = 'DocumentError';
  readonly issues: readonly Issue[];

  constructor(issues: readonly Issue[]) {
    super(
      `${issues.length} ${issues.length === 1 ? 'problem' : 'problems'} in the document:\n${issues.map(formatIssue).join('\n')}`,
    );
    this.issues = issues;
  }
}

export function formatIssue(issue: Issue): string {
  return `  ${issue.path || '(document)'}: wanted ${issue.wanted}, found ${issue.found}${issue.hint ? `\n      ${issue.hint}` : ''}`;
}

/** A path as one would write it in code. */
export function pathText(path: readonly PropertyKey[]): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else if (/^[A-Za-z_$][\w$]*$/.test(String(part))) text += text === '' ? String(part) : `.${String(part)}`;
    else text += `[${JSON.stringify(String(part))}]`;
  }
  return text;
}

const valueAt = (given: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (value, part) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[part] : undefined,
    given,
  );

/** A value short enough for a message. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** What is wrong with one place, the place as a path. */
export interface Flaw extends Omit<Issue, 'path'> {
  readonly at: readonly PropertyKey[];
}

/** An issue of zod's in our words; `root` is the schema that was asked, so that hints can be looked up in it. */
export function flawsOf(root: $ZodType, issue: $ZodIssue, given: unknown): Flaw[] {
  const at = issue.path;
  const value = valueAt(given, at);
  const example = exampleIn(root, at);
  const found = shown(value);
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = knownKeys(root, at);
      return issue.keys.map((key) => {
        const near = nearest(key, known);
        return {
          at: [...at, key],
          wanted: known.length > 0 ? `one of ${known.join(', ')}` : 'no such member',
          found: `"${key}"`,
          hint: near ? `did you mean "${near}"?` : 'remove it',
        };
      });
    }
    case 'invalid_type':
      return [
        { at, wanted: article(issue.expected), found, hint: value === undefined ? `add it: ${example}` : example },
      ];
    case 'invalid_value':
      return [
        {
          at,
          wanted: `one of ${issue.values.map((each) => JSON.stringify(each)).join(', ')}`,
          found,
          hint: typeof value === 'string' ? suggestion(value, issue.values) : null,
        },
      ];
    case 'invalid_union': {
      const first = issue.errors.flat().find((each) => each.code === 'custom' || each.code === 'invalid_format');
      return [{ at, wanted: first ? wish(first.message) : 'one of the forms it may have', found, hint: example }];
    }
    case 'too_small':
    case 'too_big':
      return [
        {
          at,
          wanted: `${issue.code === 'too_small' ? 'at least' : 'at most'} ${String(issue.code === 'too_small' ? issue.minimum : issue.maximum)}`,
          found,
          hint: example,
        },
      ];
    case 'invalid_key':
      return [{ at, wanted: wish(issue.issues[0]?.message ?? 'another key'), found: shown(at.at(-1)), hint: null }];
    default:
      return [{ at, wanted: wish(issue.message), found, hint: example }];
  }
}

/** The same, the place as one would write it in code. */
export const describeWith = (root: $ZodType, issue: $ZodIssue, given: unknown): Issue[] =>
  flawsOf(root, issue, given).map(({ at, ...says }) => ({ path: pathText(at), ...says }));

/** What a message of the vocabulary wants: ours begin with the word, and the sentence around them says it already. */
const wish = (message: string): string => message.replace(/^wanted /, '');
export const article = (type: string): string => (/^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`);

function suggestion(value: string, values: readonly unknown[]): string | null {
  const near = nearest(
    value,
    values.filter((each) => typeof each === 'string'),
  );
  return near ? `did you mean "${near}"?` : null;
}

/** The first example that the vocabulary gives for this place, or else what it says about it, as a hint. */
function exampleIn(root: $ZodType, path: readonly PropertyKey[]): string | null {
  // What is said about a member stands on its default or option, and its example on the type within.
  const metas = layers(schemaAt(root, path)).map((schema) => globalRegistry.get(schema) ?? {});
  const example = metas.flatMap((meta) => (meta.examples as readonly unknown[] | undefined) ?? [])[0];
  if (example !== undefined) return `for example ${JSON.stringify(example)}`;
  return metas.find((meta) => meta.description !== undefined)?.description ?? null;
}

/** Told by its word and not by its class: zod's own classes, and those of its small sibling, say the same of themselves. */
const defOf = (schema: $ZodType): $ZodTypes['_zod']['def'] => (schema as $ZodTypes)._zod.def;

function knownKeys(root: $ZodType, path: readonly PropertyKey[]): string[] {
  const schema = withMembers(schemaAt(root, path));
  const def = schema && defOf(schema);
  return def?.type === 'object' ? Object.keys(def.shape) : [];
}

/** Follows a path through the vocabulary, past defaults and options on the way. */
function schemaAt(root: $ZodType, path: readonly PropertyKey[]): $ZodType | null {
  let at: $ZodType | null = root;
  for (const part of path) {
    const plain: $ZodType | null = withMembers(at);
    const def = plain && defOf(plain);
    if (def?.type === 'object') at = (def as $ZodObjectDef<Record<PropertyKey, $ZodType>>).shape[part] ?? null;
    else if (def?.type === 'record') at = def.valueType;
    else if (def?.type === 'array') at = def.element;
    else return null;
  }
  return at;
}

/** A schema and what is within its defaults and options, from the outside in. */
function layers(schema: $ZodType | null): $ZodType[] {
  const list: $ZodType[] = [];
  for (let at = schema; at !== null;) {
    list.push(at);
    const def = defOf(at);
    const wrapped =
      def.type === 'optional' || def.type === 'default' || def.type === 'prefault' || def.type === 'nullable';
    at = wrapped ? def.innerType : null;
  }
  return list;
}

/** What is innermost; of several forms the only one that has members. */
function withMembers(schema: $ZodType | null): $ZodType | null {
  const plain = layers(schema).at(-1) ?? null;
  const def = plain && defOf(plain);
  if (def?.type !== 'union') return plain;
  const forms = def.options.filter((each) => defOf(each).type === 'object');
  return forms.length === 1 ? (forms[0] as $ZodType) : plain;
}
