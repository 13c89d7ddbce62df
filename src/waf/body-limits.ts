import type { RuleRef } from './rule.ts';

/** The engine's own verdicts about bodies that are longer than may be held; they look like rules in every report. */
export const requestLimit: RuleRef = { id: 'request-body-limit', place: { file: 'engine', line: 1 } };
export const noFilesLimit: RuleRef = { id: 'request-body-no-files-limit', place: { file: 'engine', line: 2 } };
export const responseLimit: RuleRef = { id: 'response-body-limit', place: { file: 'engine', line: 3 } };

/** The limits' own ids: a refusal by one of them is about a body's length, not about what it says. */
export const bodyLimitIds: ReadonlySet<string> = new Set([requestLimit.id, noFilesLimit.id, responseLimit.id]);
