import type { ResourceMap } from '../config/rules.ts';
import type { DocumentSource, LoadedText } from '../ports/documents.ts';
import { dynamoDocument, type DynamoSourceOptions } from '../stores/aws/dynamodb-document.ts';
import { s3Document, type S3SourceOptions } from '../stores/aws/s3-document.ts';
import { ssmDocument, type SsmSourceOptions } from '../stores/aws/ssm-document.ts';

/** A rule map that is read when the first event comes, and again when it is older than its age. */
export interface SourcedMap {
  readonly source: DocumentSource;
  /** Rejects when the text is no rule map. */
  parse(loaded: LoadedText): Promise<ResourceMap>;
  /** Milliseconds that a container goes by what it read; the source’s own, or a minute, when left out. */
  readonly ageMs?: number;
  /** Milliseconds after which a map that could not be read again lets nobody in any more; the source’s own, or an hour, when left out. */
  readonly keepMs?: number;
}

type Ages = Pick<SourcedMap, 'ageMs' | 'keepMs'>;

/** The map of any source, JSON or YAML. */
export const rulesFrom = (source: DocumentSource, ages: Ages = {}): SourcedMap => ({
  source,
  // What checks a map that comes at run time is large; a map that stands in the code needs none of it.
  parse: async (loaded) => (await import('../pipeline/map-source.ts')).parseMap(loaded, source.name),
  ...ages,
});

/** The map of an SSM parameter, or of the S3 object that it points at. */
export const ssmRules = (from: SsmSourceOptions, ages?: Ages): SourcedMap => rulesFrom(ssmDocument(from), ages);
/** The map of an object in S3. */
export const s3Rules = (from: S3SourceOptions, ages?: Ages): SourcedMap => rulesFrom(s3Document(from), ages);
/** The map of an item in DynamoDB, or of the version that it points at. */
export const dynamoRules = (from: DynamoSourceOptions, ages?: Ages): SourcedMap =>
  rulesFrom(dynamoDocument(from), ages);
