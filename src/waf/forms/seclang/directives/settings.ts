import { modeWord, switchWord } from '../../../control.ts';
import { wholeWithin } from '../../../number-argument.ts';
import { RuleError, type SourcePlace } from '../../../rule-error.ts';
import type { LimitAction, Settings } from '../../../settings.ts';
import { defineDirective, type DirectiveDefinition } from '../directive.ts';

/** A directive of one word that sets something of the engine. */
const setting = (
  name: string,
  says: string,
  good: string,
  bad: string,
  read: (word: string, place: SourcePlace, settings: Settings) => Partial<Settings>,
): DirectiveDefinition =>
  defineDirective({
    name,
    says,
    words: [1, 1],
    examples: [{ text: `${name} ${good}` }, { text: `${name} ${bad}`, refused: true }],
    read([word = ''], draft, place) {
      draft.set(read(word, place, draft.settings));
    },
  });

const bytes = (word: string, place: SourcePlace): number => wholeWithin(word, 0, 1_073_741_824, place);

function limitAction(word: string, place: SourcePlace): LimitAction {
  const lower = word.toLowerCase();
  if (lower === 'reject') return 'block';
  if (lower === 'processpartial') return 'inspect-first-part';
  throw new RuleError(`\`${word}\` is no limit action`, { place, hint: 'write Reject or ProcessPartial' });
}

function separator(word: string, place: SourcePlace): string {
  if (word.length === 1) return word;
  throw new RuleError(`\`${word}\` is not one character`, { place });
}

export default [
  setting('SecRuleEngine', 'The engine’s mode: On, Off or DetectionOnly.', 'DetectionOnly', 'Maybe', (word, place) => ({
    mode: modeWord(word, place),
  })),
  setting('SecRequestBodyAccess', 'Whether request bodies are read.', 'On', 'Yes', (word, place) => ({
    requestBody: switchWord(word, place),
  })),
  setting(
    'SecRequestBodyLimit',
    'Bytes of a request body that are held and read.',
    '13107200',
    '-1',
    (word, place) => ({
      requestBodyLimit: bytes(word, place),
    }),
  ),
  setting(
    'SecRequestBodyNoFilesLimit',
    'Bytes of a request body without uploaded files.',
    '131072',
    'x',
    (word, place) => ({
      requestBodyNoFilesLimit: bytes(word, place),
    }),
  ),
  setting(
    'SecRequestBodyLimitAction',
    'What happens to a longer one: Reject or ProcessPartial.',
    'Reject',
    'Shrug',
    (word, place) => ({
      requestBodyLimitAction: limitAction(word, place),
    }),
  ),
  setting(
    'SecRequestBodyJsonDepthLimit',
    'Deepest nesting of JSON that is followed.',
    '64',
    'deep',
    (word, place, { bodyLimits }) => ({
      bodyLimits: { ...bodyLimits, depth: wholeWithin(word, 1, 100_000, place) },
    }),
  ),
  setting(
    'SecArgumentsLimit',
    'Most arguments that are taken from a body.',
    '1000',
    'many',
    (word, place, { bodyLimits }) => ({
      bodyLimits: { ...bodyLimits, count: wholeWithin(word, 1, 1_000_000, place) },
    }),
  ),
  setting('SecResponseBodyAccess', 'Whether response bodies are read.', 'On', 'Yes', (word, place) => ({
    responseBody: switchWord(word, place),
  })),
  setting('SecResponseBodyLimit', 'Bytes of a response body that are held and read.', '524288', 'x', (word, place) => ({
    responseBodyLimit: bytes(word, place),
  })),
  setting(
    'SecResponseBodyLimitAction',
    'What happens to a longer one: Reject or ProcessPartial.',
    'ProcessPartial',
    'Shrug',
    (word, place) => ({
      responseBodyLimitAction: limitAction(word, place),
    }),
  ),
  defineDirective({
    name: 'SecResponseBodyMimeType',
    says: 'Media types whose response bodies are read.',
    words: [1, 100],
    examples: [
      { text: 'SecResponseBodyMimeType text/plain text/html' },
      { text: 'SecResponseBodyMimeType', refused: true },
    ],
    read(words, draft) {
      draft.set({ responseBodyTypes: words.map((word) => word.toLowerCase()) });
    },
  }),
  defineDirective({
    name: 'SecResponseBodyMimeTypesClear',
    says: 'Reads no response bodies until types are named again.',
    words: [0, 0],
    examples: [{ text: 'SecResponseBodyMimeTypesClear' }],
    read(_words, draft) {
      draft.set({ responseBodyTypes: [] });
    },
  }),
  setting('SecArgumentSeparator', 'The character between two arguments.', ';', 'and', (word, place) => ({
    argumentSeparator: separator(word, place),
  })),
  setting('SecCookieV0Separator', 'The character between two cookies.', ';', 'and', (word, place) => ({
    cookieSeparator: separator(word, place),
  })),
  setting(
    'SecCollectionTimeout',
    'Seconds that an unused entry of a persistent collection lives.',
    '600',
    'long',
    (word, place) => ({
      collectionTimeout: wholeWithin(word, 1, 31_536_000, place),
    }),
  ),
  setting('SecWebAppId', 'The application’s name, `WEBAPPID` in rules.', 'shop', 'a b', (word) => ({ webAppId: word })),
] as const;
