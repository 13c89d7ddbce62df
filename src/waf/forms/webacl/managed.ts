import type { Json } from './shape.ts';

/** What is public about AWS's own rule groups: units, labels, names; of a few rules also what they do. */
export interface ManagedGroup {
  readonly capacity: number;
  /** Behind `awswaf:managed:aws:`. */
  readonly label: string;
  /** Rules that can be run here: by name, label and statement. */
  readonly rules: readonly ManagedRule[];
  /** Rules whose patterns are not public. */
  readonly unknown: readonly string[];
}

export interface ManagedRule {
  readonly name: string;
  readonly label: string;
  readonly statement: Json;
}

const none = [{ Priority: 0, Type: 'NONE' }];
const decoded = [
  { Priority: 0, Type: 'URL_DECODE_UNI' },
  { Priority: 1, Type: 'HTML_ENTITY_DECODE' },
];
const body = { Body: { OversizeHandling: 'CONTINUE' } };
const cookies = { Cookies: { MatchPattern: { All: {} }, MatchScope: 'VALUE', OversizeHandling: 'CONTINUE' } };

const longer = (field: Json, bytes: number): Json => ({
  SizeConstraintStatement: { FieldToMatch: field, ComparisonOperator: 'GT', Size: bytes, TextTransformations: none },
});
const script = (field: Json): Json => ({ XssMatchStatement: { FieldToMatch: field, TextTransformations: decoded } });
const sql = (field: Json): Json => ({ SqliMatchStatement: { FieldToMatch: field, TextTransformations: decoded } });
const rule = (name: string, label: string, statement: Json): ManagedRule => ({ name, label, statement });

const groups: Readonly<Record<string, ManagedGroup>> = {
  AWSManagedRulesCommonRuleSet: {
    capacity: 700,
    label: 'core-rule-set',
    rules: [
      rule('NoUserAgent_HEADER', 'NoUserAgent_Header', {
        NotStatement: {
          Statement: {
            SizeConstraintStatement: {
              FieldToMatch: { SingleHeader: { Name: 'user-agent' } },
              ComparisonOperator: 'GT',
              Size: 0,
              TextTransformations: none,
            },
          },
        },
      }),
      rule('SizeRestrictions_QUERYSTRING', 'SizeRestrictions_QueryString', longer({ QueryString: {} }, 2048)),
      rule(
        'SizeRestrictions_Cookie_HEADER',
        'SizeRestrictions_Cookie_Header',
        longer({ SingleHeader: { Name: 'cookie' } }, 10_240),
      ),
      rule('SizeRestrictions_BODY', 'SizeRestrictions_Body', longer({ Body: { OversizeHandling: 'MATCH' } }, 8192)),
      rule('SizeRestrictions_URIPATH', 'SizeRestrictions_URIPath', longer({ UriPath: {} }, 1024)),
      rule('CrossSiteScripting_COOKIE', 'CrossSiteScripting_Cookie', script(cookies)),
      rule('CrossSiteScripting_QUERYARGUMENTS', 'CrossSiteScripting_QueryArguments', script({ AllQueryArguments: {} })),
      rule('CrossSiteScripting_BODY', 'CrossSiteScripting_Body', script(body)),
      rule('CrossSiteScripting_URIPATH', 'CrossSiteScripting_URIPath', script({ UriPath: {} })),
    ],
    unknown: [
      'UserAgent_BadBots_HEADER',
      'EC2MetaDataSSRF_*',
      'GenericLFI_*',
      'GenericRFI_*',
      'RestrictedExtensions_*',
    ],
  },
  AWSManagedRulesSQLiRuleSet: {
    capacity: 200,
    label: 'sql-database',
    rules: [
      rule('SQLi_QUERYARGUMENTS', 'SQLi_QueryArguments', sql({ AllQueryArguments: {} })),
      rule('SQLi_BODY', 'SQLi_Body', sql(body)),
      rule('SQLi_COOKIE', 'SQLi_Cookie', sql(cookies)),
    ],
    unknown: ['SQLiExtendedPatterns_*'],
  },
  AWSManagedRulesAdminProtectionRuleSet: {
    capacity: 100,
    label: 'admin-protection',
    rules: [],
    unknown: ['AdminProtection_URIPATH'],
  },
  AWSManagedRulesKnownBadInputsRuleSet: {
    capacity: 200,
    label: 'known-bad-inputs',
    rules: [],
    unknown: ['all of them'],
  },
  AWSManagedRulesLinuxRuleSet: { capacity: 200, label: 'linux-os', rules: [], unknown: ['LFI_*'] },
  AWSManagedRulesUnixRuleSet: { capacity: 100, label: 'posix-os', rules: [], unknown: ['all of them'] },
  AWSManagedRulesWindowsRuleSet: { capacity: 200, label: 'windows-os', rules: [], unknown: ['all of them'] },
  AWSManagedRulesPHPRuleSet: { capacity: 100, label: 'php-app', rules: [], unknown: ['all of them'] },
  AWSManagedRulesWordPressRuleSet: { capacity: 100, label: 'wordpress-app', rules: [], unknown: ['all of them'] },
  AWSManagedRulesAmazonIpReputationList: { capacity: 25, label: 'amazon-ip-list', rules: [], unknown: ['all of them'] },
  AWSManagedRulesAnonymousIpList: { capacity: 50, label: 'anonymous-ip-list', rules: [], unknown: ['all of them'] },
  AWSManagedRulesBotControlRuleSet: { capacity: 50, label: 'bot-control', rules: [], unknown: ['all of them'] },
  AWSManagedRulesATPRuleSet: { capacity: 50, label: 'atp', rules: [], unknown: ['all of them'] },
  AWSManagedRulesACFPRuleSet: { capacity: 50, label: 'acfp', rules: [], unknown: ['all of them'] },
  AWSManagedRulesAntiDDoSRuleSet: { capacity: 50, label: 'anti-ddos', rules: [], unknown: ['all of them'] },
};

export const managedGroup = (vendor: string, name: string): ManagedGroup | null =>
  vendor === 'AWS' ? (groups[name] ?? null) : null;
