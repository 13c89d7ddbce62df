/** What the parts of an import share. */

export type Tree = Record<string, unknown>;
export const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
export const tree = (value: unknown): Tree => (isTree(value) ? value : {});

/** A member that ought to be a text; anything else is the fallback. */
export const text = (value: unknown, fallback = ''): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : fallback;

export interface ImportOptions {
  /** Left out: HTTP where the document's integrations say 2.0 or it has HTTP-only parts, otherwise REST. */
  readonly kind?: 'rest' | 'http';
  readonly name?: string;
  /** Function name in an ARN to the module that it is here. */
  readonly functions?: Readonly<Record<string, string>>;
  /** Address that operations without an integration are forwarded to. */
  readonly origin?: string;
  /** Only what the description knows may pass. */
  readonly positive?: 'off' | 'shadow' | 'enforce';
}

export interface Importing {
  readonly document: Tree;
  readonly options: ImportOptions;
  readonly kind: 'rest' | 'http';
  readonly origins: Map<string, string>;
  readonly note: (path: string, says: string) => void;
}
