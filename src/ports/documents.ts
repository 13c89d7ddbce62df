/** Where a rule map or document comes from: a file here; SSM, S3 or DynamoDB in an AWS account. */
export interface LoadedText {
  readonly text: string;
  /** Changes when the text does: a hash, an ETag, a version number. */
  readonly version: string;
}

/** Milliseconds: how long what was read is gone by, and how long at most while it cannot be read again. */
export interface SourceAges {
  readonly everyMs: number;
  readonly keepMs: number;
}

export interface DocumentSource {
  /** What to call it in messages, e.g. `file rules.json`. */
  readonly name: string;
  /** Left out by a source that tells of every change itself. */
  readonly ages?: SourceAges;
  /** Rejects when it cannot be read. */
  load(): Promise<LoadedText>;
  /** Calls back when it may have changed; returns how to stop. */
  watch(changed: () => void): () => void;
}
