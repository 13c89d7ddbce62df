/** What a first document is made of. */
export interface Wishes {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly port: number;
  readonly key: boolean;
  /** Requests per second and caller. */
  readonly rate: number;
}

export const isOrigin = (text: string): boolean => /^https?:\/\/[^/?#\s]+$/.test(text) && URL.canParse(text);

/** Asks for each wish in turn, and again where the answer is none. An empty answer takes what stands in brackets. */
export async function ask(start: Wishes, question: (text: string) => Promise<string>): Promise<Wishes> {
  const until = async <T>(
    text: string,
    usual: string,
    read: (answer: string) => T | null,
    hint: string,
  ): Promise<T> => {
    for (let lead = ''; ; lead = `${hint}\n`) {
      const wish = read((await question(`${lead}${text} [${usual}] `)).trim() || usual);
      if (wish !== null) return wish;
    }
  };
  return {
    origin: await until(
      'Where shall requests go (scheme, host, port)?',
      start.origin,
      (text) => (isOrigin(text) ? text : null),
      `That is no origin; write one like ${start.origin}.`,
    ),
    port: await until(
      'On which port shall Sallyport listen?',
      String(start.port),
      (text) => (/^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : null),
      'That is no port; write a number from 0 (any that is free) to 65535.',
    ),
    key: await until('Ask callers for an API key?', start.key ? 'yes' : 'no', yesOrNo, 'Write yes or no.'),
    rate: await until(
      'How many requests a second per caller?',
      String(start.rate),
      (text) => (Number(text) > 0 && Number.isFinite(Number(text)) ? Number(text) : null),
      'That is no rate; write a number above 0.',
    ),
  };
}

const yesOrNo = (text: string): boolean | null =>
  /^y(?:es)?$/i.test(text) ? true : /^no?$/i.test(text) ? false : null;
