import { createHash } from 'node:crypto';

/** Names a rule map by what it says: twelve hexadecimal digits. */
export const mapVersion = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12);

/** Characters that an SSM parameter of the standard kind holds. */
export const mostParameterCharacters = 4096;

/** Key of one version in the bucket that the parameter points into. */
export const pointedKey = (parameter: string, text: string): string =>
  `${parameter.replace(/^\//, '')}/${mapVersion(text)}.json`;

export const unknownVersion = (id: string): Error =>
  new Error(`there is no version "${id}"; \`sallyport rules list\` shows them`);
