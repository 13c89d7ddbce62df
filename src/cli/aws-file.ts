import type { CollectionTag, ScalarTag } from 'yaml';
import { UsageError } from './command.ts';
import { parseData } from './data-file.ts';
import { readGiven } from './given-file.ts';

/** CloudFormation's short forms, as the long ones: `!GetAtt Set.Arn` is `{ 'Fn::GetAtt': 'Set.Arn' }`. */
const short = ['Ref', 'GetAtt', 'Sub', 'Join', 'If', 'Select', 'FindInMap', 'ImportValue', 'Split', 'Base64'];
const tags = short.flatMap((name): [ScalarTag, CollectionTag] => {
  const long = name === 'Ref' ? name : `Fn::${name}`;
  const tag = `!${name}`;
  return [
    { tag, resolve: (text: string) => ({ [long]: text }) },
    { tag, collection: 'seq', resolve: (list) => ({ [long]: list.toJSON() as unknown }) },
  ];
});

/** What stands in a file of AWS's: JSON, or YAML as CloudFormation writes it. */
export async function readAwsFile(file: string): Promise<unknown> {
  const text = readGiven(file);
  if (text.trim() === '') throw new UsageError(`${file} is empty: a web ACL, or a template with one, is wanted`);
  return parseData(text, file, tags);
}
