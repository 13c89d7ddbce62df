/** Where a rule map or document comes from: a file here; SSM, S3 or DynamoDB in an AWS account. */
export interface LoadedText {
  readonly text: string;
  /** Changes when the text does: a hash, an ETag, a version number. */
  readonly version: string;
}

export interface DocumentSource {
  /** What to call it in messages, e.g. `file rules.json`. */
  readonly name: string;
  /** Rejects when it cannot be read. */
  load(): Promise<LoadedText>;
  /** Calls back when it may have changed; returns how to stop. */
  watch(changed: () => void): () => void;
}
