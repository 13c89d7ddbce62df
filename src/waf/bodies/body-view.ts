/**
 * What a body processor found, in the words that rules use. All names and values are byte strings (one char per byte).
 */
export interface BodyLimits {
  /** Deepest nesting of JSON or XML that is followed. */
  readonly depth: number;
  /** Most arguments, parts, or nodes that are taken. */
  readonly count: number;
  /** Most bytes of one value. */
  readonly valueBytes: number;
}

export const defaultBodyLimits: BodyLimits = { depth: 64, count: 4096, valueBytes: 1_048_576 };

export interface Pair {
  readonly name: string;
  readonly value: string;
}

/** An uploaded file: the field's name, the client's file name, its size in bytes and its content. */
export interface UploadedFile {
  readonly field: string;
  readonly fileName: string;
  readonly size: number;
  readonly content: string;
}

/** One part of a multipart body: its field name and its header lines as they came. */
export interface PartHeaders {
  readonly field: string;
  readonly lines: readonly string[];
}

export interface XmlView {
  /** `XML:/*`: the text of all elements, in document order, joined as libxml2's string value does. */
  readonly text: readonly string[];
  /** `XML://@*`: every attribute value. */
  readonly attributes: readonly string[];
}

export interface BodyView {
  readonly args: readonly Pair[];
  readonly files: readonly UploadedFile[];
  readonly parts: readonly PartHeaders[];
  readonly xml: XmlView | null;
  /** `REQBODY_ERROR` and its message: the processor gave up. */
  readonly error: string | null;
  /** Multipart's anomaly flags by the variable's name, e.g. `MULTIPART_UNMATCHED_BOUNDARY`; absent means 0. */
  readonly flags: ReadonlyMap<string, number>;
}

export const emptyBody: BodyView = { args: [], files: [], parts: [], xml: null, error: null, flags: new Map() };

export interface BodyProcessorDefinition {
  /** `URLENCODED`, `MULTIPART`, `JSON`, `XML`. */
  readonly name: string;
  readonly says: string;
  readonly examples: readonly {
    readonly contentType: string;
    readonly body: string;
    readonly args?: readonly Pair[];
    readonly error?: boolean;
    readonly flags?: readonly string[];
  }[];
  /** Never throws; what is malformed or over a limit is said in `error` and `flags`. Linear in the body's length. */
  parse(body: string, contentType: string, limits: BodyLimits): BodyView;
}

export function defineBodyProcessor(definition: BodyProcessorDefinition): BodyProcessorDefinition {
  return definition;
}
