import type { DocumentSource, LoadedText } from '../../ports/documents.ts';
import { mapVersion } from './map-version.ts';
import { agesOf, polled, type AwsPlace, type PlaceAges } from './place.ts';
import { AwsTable } from './table.ts';

export interface DynamoSourceOptions extends AwsPlace, PlaceAges {
  /** A table with the string keys `pk` and `sk`: the one of the store may be used. */
  readonly table: string;
  /** Which map: it stands under `pk` = `rules#NAME`. */
  readonly name: string;
}

/**
 * A rule map in DynamoDB. The item with `sk` = `current` has either the map in its attribute `text`, or in `version` the `sk`
 * of the item that has it: then old maps stay where they are, and a swap, back as well, is one small write.
 */
export function dynamoDocument(options: DynamoSourceOptions): DocumentSource {
  const { table, name } = options;
  const ages = agesOf(options);
  const pk = `rules#${name}`;
  const load = async (): Promise<LoadedText> => {
    const opened = new AwsTable(options);
    try {
      const current = await opened.get(pk, 'current');
      if (current === null) throw new Error(`the table ${table} has no item pk "${pk}", sk "current"`);
      const text = current['text']?.S;
      if (text !== undefined) return { text, version: `dynamodb:${name}:${mapVersion(text)}` };
      const version = current['version']?.S;
      if (version === undefined) throw new Error(`the item "${pk}" in ${table} has neither \`text\` nor \`version\``);
      const pointed = await opened.get(pk, version);
      const found = pointed?.['text']?.S;
      if (found === undefined)
        throw new Error(`the item "${pk}" in ${table} points at "${version}", which has no \`text\``);
      return { text: found, version: `dynamodb:${name}:${version}` };
    } finally {
      await opened.close();
    }
  };
  return { name: `DynamoDB table ${table}, ${pk}`, ages, load, watch: polled(ages.everyMs) };
}
