/** The firewall's reference pages, from the definitions: what a page says is what is tested. Written by `npm run docs`. */
import { all as actionPages } from '../src/waf/actions/all.gen.ts';
import type { ActionDefinition } from '../src/waf/action.ts';
import { all as bodyPages } from '../src/waf/bodies/all.gen.ts';
import type { BodyProcessorDefinition } from '../src/waf/bodies/body-view.ts';
import { all as fieldPages } from '../src/waf/fields/all.gen.ts';
import type { FieldDefinition, Lifetime } from '../src/waf/field.ts';
import type { DirectiveDefinition } from '../src/waf/forms/seclang/directive.ts';
import { directives } from '../src/waf/forms/seclang/read.ts';
import { all as operatorPages } from '../src/waf/operators/all.gen.ts';
import type { OperatorDefinition } from '../src/waf/operator.ts';
import { all as transformPages } from '../src/waf/transforms/all.gen.ts';
import type { TransformDefinition } from '../src/waf/transform.ts';

/** Longest piece of an example that a table shows. */
const shown = 80;

/** A byte string so that a person sees every byte of it. */
function code(text: string): string {
  if (text === '') return '(nothing)';
  const short = text.length > shown ? `${text.slice(0, shown)}…` : text;
  const plain = short.replaceAll(/[\x00-\x1f\x7f-\xff\\]/g, (char) => {
    const named = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' }[char];
    return named ?? `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
  const ticks = /`/.test(plain) ? '``' : '`';
  return `${ticks}${ticks === '`' ? plain : ` ${plain} `}${ticks}`.replaceAll('|', '\\|');
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const sentence = (text: string): string => {
  const begun = `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
  return /[.:]$/.test(begun) ? begun : `${begun}.`;
};
const rows = (heads: readonly string[], lines: readonly (readonly string[])[]): string =>
  [heads, heads.map(() => '---'), ...lines].map((line) => `| ${line.join(' | ')} |`).join('\n');
const page = (title: string, says: string, parts: readonly string[]): string =>
  `# ${title}\n\n<!-- Written by \`npm run docs\` from the source; changes here are lost. -->\n\n${says}\n\n${parts.join('\n\n')}\n`;
const byName = <Page extends { readonly name: string }>(pages: readonly Page[]): readonly Page[] =>
  pages.toSorted((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
/** A page may hold one definition or several. */
const flat = <Page>(pages: readonly unknown[]): readonly Page[] => pages.flat() as Page[];

const operators = (): string =>
  page(
    'Operators',
    'What a condition compares with: `SecRule FIELD "@operator argument"`. With `!` before the `@` it hits when it does not match.',
    byName(flat<OperatorDefinition>(operatorPages)).map(({ name, says, examples }) =>
      [
        `## @${name}`,
        sentence(says),
        rows(
          ['argument', 'value', 'hits', 'captures'],
          examples.map((each) => [
            code(each.argument),
            code(each.value),
            each.matches ? 'yes' : 'no',
            (each.captures ?? []).map(code).join(' '),
          ]),
        ),
      ].join('\n\n'),
    ),
  );

const transformations = (): string =>
  page(
    'Transformations',
    'What happens to a value before it is compared: `t:name`, in the order in which they are written. Values are bytes.',
    byName(flat<TransformDefinition>(transformPages)).map(({ name, says, examples }) =>
      [
        `## ${name}`,
        sentence(says),
        rows(
          ['before', 'after'],
          examples.map(({ input, output }) => [code(input), code(output)]),
        ),
      ].join('\n\n'),
    ),
  );

const lifetimes: Readonly<Record<Lifetime, string>> = {
  request: '1',
  'request-body': '2',
  'response-head': '3',
  'response-body': '4',
  moment: 'any',
};

const fields = (): string =>
  page(
    'Fields',
    'What a condition reads: `NAME`, `NAME:key` or `NAME:/pattern/` where a field has names, `&NAME` for how many there are, `!NAME:key` for what is left out.',
    [
      rows(
        ['field', 'has names', 'from phase', 'holds'],
        byName(flat<FieldDefinition>(fieldPages)).map(({ name, keyed, lifetime, says }) => [
          `\`${name}\``,
          keyed ? 'yes' : '',
          lifetimes[lifetime],
          cell(sentence(says)),
        ]),
      ),
    ],
  );

const actions = (): string =>
  page(
    'Actions',
    'What stands in the last argument of a rule, with commas between.',
    byName(flat<ActionDefinition>(actionPages)).map(({ name, says, argument, examples }) => {
      const written = { none: 'Takes no argument.', optional: 'May have an argument.', required: 'Needs an argument.' }[
        argument
      ];
      return [`## ${name}`, `${sentence(says)} ${written}`, examplesOf(examples)].join('\n\n');
    }),
  );

const examplesOf = (examples: readonly { readonly text: string; readonly refused?: true }[]): string =>
  rows(
    ['written', ''],
    examples.map(({ text, refused }) => [code(text), refused ? 'is refused when the rules are loaded' : 'is fine']),
  );

const bodies = (): string =>
  page(
    'Bodies',
    'Who reads a request body: by its content type, or because a rule says `ctl:requestBodyProcessor=NAME`.',
    byName(flat<BodyProcessorDefinition>(bodyPages)).map(({ name, says, examples }) =>
      [
        `## ${name}`,
        sentence(says),
        rows(
          ['content type', 'body', 'arguments', 'anomalies'],
          examples.map((each) => [
            code(each.contentType),
            code(each.body),
            (each.args ?? []).map((arg) => code(`${arg.name}=${arg.value}`)).join(' '),
            [...(each.error ? ['`REQBODY_ERROR`'] : []), ...(each.flags ?? []).map((flag) => `\`${flag}\``)].join(' '),
          ]),
        ),
      ].join('\n\n'),
    ),
  );

const directivePage = (): string =>
  page(
    'Directives',
    'What may begin a line of a SecLang file. A line that begins with anything else is an error with its file and line.',
    byName<DirectiveDefinition>(directives).map(({ name, says, words: [least, most], examples }) => {
      const count = least === most ? String(least) : `${least} to ${most}`;
      return [
        `## ${name}`,
        `${sentence(says)} Takes ${count} ${most === 1 ? 'word' : 'words'}.`,
        examplesOf(examples),
      ].join('\n\n');
    }),
  );

export const wafPages = (): readonly (readonly [path: string, text: string])[] => [
  ['docs/reference/waf/operators.md', operators()],
  ['docs/reference/waf/transformations.md', transformations()],
  ['docs/reference/waf/fields.md', fields()],
  ['docs/reference/waf/actions.md', actions()],
  ['docs/reference/waf/bodies.md', bodies()],
  ['docs/reference/waf/directives.md', directivePage()],
];
