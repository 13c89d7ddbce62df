import { isObject, type Json } from './shape.ts';
import { spellAcl, type WrittenWebAcl } from './write.ts';

const logical = (name: string): string => `Set${name.replaceAll(/[^A-Za-z0-9]/g, '')}`;

/** A CloudFormation template of the web ACL with the sets that it points at. */
export function template(written: WrittenWebAcl, scope: 'REGIONAL' | 'CLOUDFRONT'): Json {
  const sets = new Map(written.ipSets.map((set) => [set.name, logical(set.name)]));
  const resources: Record<string, Json> = {};
  for (const set of written.ipSets) {
    resources[sets.get(set.name) as string] = {
      Type: 'AWS::WAFv2::IPSet',
      Properties: { Scope: scope, IPAddressVersion: set.version, Addresses: set.addresses },
    };
  }
  resources['WebAcl'] = {
    Type: 'AWS::WAFv2::WebACL',
    Properties: { ...(pointed(spellAcl(written.acl, 'cloudformation'), sets) as Json), Scope: scope },
  };
  return { Resources: resources };
}

/** References by name become references by logical id. */
function pointed(value: unknown, sets: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((each) => pointed(each, sets));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => {
      const set = key === 'Arn' && typeof member === 'string' ? sets.get(member) : undefined;
      return [key, set === undefined ? pointed(member, sets) : { 'Fn::GetAtt': [set, 'Arn'] }];
    }),
  );
}
