import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readWebAcl } from '../waf/forms/webacl/read.ts';
import { readAwsFile } from './aws-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-aws-file-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

describe('a file of AWS’s', () => {
  it('YAML with CloudFormation’s short tags says what the long ones say', async () => {
    const path = file(
      'acl.yaml',
      `Resources:
  Bad:
    Type: AWS::WAFv2::IPSet
    Properties: { Addresses: [10.0.0.0/8] }
  Acl:
    Type: AWS::WAFv2::WebACL
    Properties:
      Name: !Sub "\${AWS::StackName}-acl"
      DefaultAction: { Allow: {} }
      Rules:
        - Name: ip
          Priority: 0
          Action: { Block: {} }
          Statement: { IPSetReferenceStatement: { Arn: !GetAtt Bad.Arn } }
        - Name: listed
          Priority: 1
          Action: { Block: {} }
          Statement: { IPSetReferenceStatement: { Arn: !GetAtt [Bad, Arn] } }
`,
    );
    const read = readWebAcl(await readAwsFile(path));
    expect(read.fidelity.map((each) => each.certainty)).toEqual(['exact', 'exact']);
    expect(read.acl.Name).toBe('AWS-StackName-acl');
  });
  it.each([
    ['nothing there', join(folder, 'none.json'), /cannot read .*none\.json: there is no such file/],
    ['empty', file('empty.json', ' \n'), /empty\.json is empty: a web ACL/],
    ['JSON that breaks off', file('broken.json', '{"WebACL": {'), /broken\.json:1:\d+.*something that was opened/s],
    ['YAML that breaks off', file('broken.yaml', 'a: [1'), /broken\.yaml:1:\d+.*wanted YAML/s],
  ])('%s is said with its name', async (_, path, message) => {
    await expect(readAwsFile(path)).rejects.toThrow(message);
  });
});
