/**
 * The numbered parts of AWS WAF's behaviour, as the specification behind these tests has them. `same`: as AWS documents it.
 * `chosen`: AWS does not say all of it, and this is what we do. `approximate`: AWS does not publish it, and each decision
 * that rests on it says so. `absent`: nothing here runs it, with the reason.
 */
type Status = 'same' | 'chosen' | 'approximate' | 'absent';

export interface AclPart {
  readonly id: string;
  readonly status: Status;
  readonly says: string;
}

const parts = (status: Status, lines: readonly (readonly [id: string, says: string])[]): AclPart[] =>
  lines.map(([id, says]) => ({ id, status, says }));

const inOrder = (a: AclPart, b: AclPart): number => {
  const [x, y] = [a, b].map(({ id }) => id.split('.').map(Number)) as [number[], number[]];
  return (x[0] ?? 0) - (y[0] ?? 0) || (x[1] ?? 0) - (y[1] ?? 0);
};

export const aclParts: readonly AclPart[] = [
  ...parts('same', [
    [
      '1.1',
      'Web ACL: default action, bodies, immunity times, inspection limits, groups of Firewall Manager before and after.',
    ],
    ['1.2', 'Rule: one statement, and an action or an override action, by the kind of statement.'],
    ['1.3', 'Rule group: namespace and bodies of its own, no groups inside.'],
    ['1.4', 'IP sets of one family, regex pattern sets.'],
    ['1.6', 'What AWS would refuse is named before it is asked.'],
    ['2.2', 'Actions: labels, counts, blocks, captcha, challenge.'],
    ['2.4', 'Groups: scope, overrides, the end of a group, Count over a group.'],
    ['2.5', 'The default action.'],
    ['3.1', 'ByteMatchStatement with its five positions.'],
    ['3.3', 'RegexPatternSetReferenceStatement: any pattern of the set.'],
    ['3.6', 'SizeConstraintStatement: bytes after the transformations, up to what is inspected.'],
    ['3.8', 'IPSetReferenceStatement, with FIRST, LAST and ANY of a forwarded header.'],
    ['3.9', 'AsnMatchStatement; unknown is 0.'],
    ['3.10', 'Forwarded addresses: an absent header, a malformed one.'],
    ['6', 'How much of a body is inspected in front of which resource.'],
    ['7', 'Capacity units, as an estimate; CheckCapacity is the judge.'],
    ['9', 'Prices, as data with their date.'],
  ]),
  ...parts('chosen', [
    ['1.5', 'SearchString: base64 when every one in the file is canonical base64 of printable text, else plain.'],
    ['2', 'Labels are added before the action of a captcha or challenge; whether one is solved is told from outside.'],
    ['2.1', 'Labels of a rule’s own statements are seen from the next rule on.'],
    ['2.3', 'A rate labels only what it limits.'],
    ['3.2', 'Parentheses are grouping only; what AWS’s engine refuses is refused when written, and run when read.'],
    ['3.7', 'Every geo statement labels, whatever the rule says; unknown is XX, and its region US-XX.'],
    ['3.11', 'NAMESPACE without prefix: its parts one after the other anywhere among the label’s namespaces.'],
    ['3.12', 'Left to right, and no further than needed; NOT of a statement that was not applied is true.'],
    [
      '4',
      'Several headers of a name: each, and all joined. An empty query is no component. Arguments are not decoded. JSON numbers by their text.',
    ],
    ['5', 'Malformed input stays as it is; the page below lists each transformation.'],
  ]),
  ...parts('approximate', [
    ['3.4', 'SqliMatchStatement: AWS does not publish its engine. LOW is our own verdict, HIGH takes more.'],
    ['3.5', 'XssMatchStatement: AWS does not publish its engine.'],
    [
      '3.13',
      'AWS’s managed groups: sizes and missing fields to the letter, injections by our engines, the rest impossible.',
    ],
    ['3.14', 'Rates: exact windows of 10 s slices where AWS estimates; `awsLag` looks every ten seconds only.'],
  ]),
  ...parts('absent', [
    ['8', 'AWS’s log records and samples: decisions leave traces of our own, in our own form.'],
    ['10', 'Reasons why this is here at all; there is nothing to run.'],
  ]),
].toSorted(inOrder);

/** All that the specification marks as ours: what AWS leaves open, and what was taken for it. */
export const choices: readonly (readonly [topic: string, choice: string])[] = [
  [
    '`SearchString` in a file that does not say its encoding',
    'base64 when every one is canonical base64 of printable UTF-8, else plain; which was taken is printed',
  ],
  ['labels of a captcha or challenge', 'added before the action, so that the log has them'],
  ['captcha and challenge tokens', 'AWS’s cannot be read; whoever runs a web ACL may say who has solved one and when'],
  [
    '`SqliMatchStatement`',
    'LOW: our grammar of SQL; HIGH: also two different words of SQL, a stacked statement, a quote before a comment',
  ],
  ['`XssMatchStatement`', 'our reader of HTML'],
  ['`NAMESPACE` key without prefix', 'its parts one after the other, anywhere among the namespaces'],
  ['AND and OR', 'left to right, no further than needed; geo statements label all the same'],
  ['NOT over a statement whose forwarded header is absent', 'true: plain negation of no match'],
  [
    'rates',
    'a sliding window in slices of 10 s, decided at once; at most 10 000 keys of a rule, the oldest goes first',
  ],
  ['several header lines of one name', 'each value, and all joined by commas'],
  ['several lines of a forwarded header', 'one list'],
  ['`HeaderOrder`', 'names in lower case over HTTP/2, as received over HTTP/1.1'],
  ['`QueryString` that is empty', 'no component, so no match'],
  ['values of query arguments', 'not decoded unless a transformation says so'],
  ['numbers and words of a JSON body', 'compared as they are written'],
  ['`COMBINE_DUPLICATE_QUERY_ARGS_BY_COMMA`', 'names are equal by case'],
  ['`HEX_DECODE` of an odd pair', 'the value stays as it is'],
  ['`BASE64_DECODE` of what is none', 'up to the first foreign character; the value stays where nothing is decoded'],
  ['`JS_DECODE_EXT`', 'letters keep their backslash; numbers, `\\\\`, `\\/` and quotes are decoded'],
  ['`CSS_DECODE`', 'the low byte of a code, full-width letters folded'],
  ['`REMOVE_COMMENTS_CHAR`', '`/*`, `*/`, `--` and `#`; HTML’s marks stay'],
  [
    '`HTML_ENTITY_DECODE`',
    'the semicolon may be missing behind numbers and `quot amp lt gt nbsp`; a number keeps its low byte',
  ],
  [
    'capacity units',
    'AWS’s published tables: 3 for a pattern, 25 for a pattern set, `NONE` free, 30 for each custom key; an estimate',
  ],
];
