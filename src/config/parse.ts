import { z } from 'zod';
import { nearest } from '../base/named.ts';
import { document, type Document } from './document.ts';

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

/** Unknown to a document with every default filled in, or all that is wrong with it. */
export function parseDocument(
  given: unknown,
):
  | { readonly document: Document; readonly issues: [] }
  | { readonly document: null; readonly issues: readonly Issue[] } {
  const result = document.safeParse(given);
  if (result.success) return { document: result.data, issues: [] };
  return { document: null, issues: result.error.issues.flatMap((issue) => describeWith(document, issue, given)) };
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

/** An issue of zod's in our words; `root` is the schema that was asked, so that hints can be looked up in it. */
export function describeWith(root: z.ZodType, issue: z.core.$ZodIssue, given: unknown): Issue[] {
  const example = (path: readonly PropertyKey[]): string | null => exampleIn(root, path);
  const { path } = issue;
  const value = valueAt(given, path);
  const at = pathText(path);
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = knownKeys(root, path);
      return issue.keys.map((key) => {
        const near = nearest(key, known);
        return {
          path: pathText([...path, key]),
          wanted: known.length > 0 ? `one of ${known.join(', ')}` : 'no such member',
          found: `"${key}"`,
          hint: near ? `did you mean "${near}"?` : 'remove it',
        };
      });
    }
    case 'invalid_type':
      return [
        {
          path: at,
          wanted: article(issue.expected),
          found: shown(value),
          hint: value === undefined ? `add it: ${example(path)}` : example(path),
        },
      ];
    case 'invalid_value':
      return [
        {
          path: at,
          wanted: `one of ${issue.values.map((each) => JSON.stringify(each)).join(', ')}`,
          found: shown(value),
          hint: typeof value === 'string' ? suggestion(value, issue.values) : null,
        },
      ];
    case 'invalid_union': {
      const inner = issue.errors
        .flatMap((list) => list)
        .filter((each) => each.code === 'custom' || each.code === 'invalid_format');
      const first = inner[0];
      return [
        {
          path: at,
          wanted: first ? wish(first.message) : 'one of the forms it may have',
          found: shown(value),
          hint: example(path),
        },
      ];
    }
    case 'too_small':
    case 'too_big':
      return [
        {
          path: at,
          wanted: `${issue.code === 'too_small' ? 'at least' : 'at most'} ${String(issue.code === 'too_small' ? issue.minimum : issue.maximum)}`,
          found: shown(value),
          hint: example(path),
        },
      ];
    case 'invalid_key':
      return [
        { path: at, wanted: wish(issue.issues[0]?.message ?? 'another key'), found: shown(path.at(-1)), hint: null },
      ];
    default:
      return [{ path: at, wanted: wish(issue.message), found: shown(value), hint: example(path) }];
  }
}

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
function exampleIn(root: z.ZodType, path: readonly PropertyKey[]): string | null {
  // What is said about a member stands on its default or option, and its example on the type within.
  const metas = layers(schemaAt(root, path)).map((schema) => schema.meta() ?? {});
  const example = metas.flatMap((meta) => (meta.examples as readonly unknown[] | undefined) ?? [])[0];
  if (example !== undefined) return `for example ${JSON.stringify(example)}`;
  return metas.find((meta) => meta.description !== undefined)?.description ?? null;
}

function knownKeys(root: z.ZodType, path: readonly PropertyKey[]): string[] {
  const schema = withMembers(schemaAt(root, path));
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

/** Follows a path through the vocabulary, past defaults and options on the way. */
function schemaAt(root: z.ZodType, path: readonly PropertyKey[]): z.ZodType | null {
  let at: z.ZodType | null = root;
  for (const part of path) {
    const plain = withMembers(at);
    if (plain instanceof z.ZodObject) at = (plain.shape as Record<PropertyKey, z.ZodType>)[part] ?? null;
    else if (plain instanceof z.ZodRecord) at = plain.valueType as z.ZodType;
    else if (plain instanceof z.ZodArray) at = plain.element as z.ZodType;
    else return null;
  }
  return at;
}

/** A schema and what is within its defaults and options, from the outside in. */
function layers(schema: z.ZodType | null): z.ZodType[] {
  const list: z.ZodType[] = [];
  for (let at = schema; at !== null;) {
    list.push(at);
    const wrapped: boolean =
      at instanceof z.ZodOptional ||
      at instanceof z.ZodDefault ||
      at instanceof z.ZodPrefault ||
      at instanceof z.ZodNullable;
    at = wrapped ? ((at as z.ZodOptional).unwrap() as z.ZodType) : null;
  }
  return list;
}

/** What is innermost; of several forms the only one that has members. */
function withMembers(schema: z.ZodType | null): z.ZodType | null {
  const plain = layers(schema).at(-1) ?? null;
  if (!(plain instanceof z.ZodUnion)) return plain;
  const forms = (plain.options as z.ZodType[]).filter((each) => each instanceof z.ZodObject);
  return forms.length === 1 ? (forms[0] as z.ZodType) : plain;
}
