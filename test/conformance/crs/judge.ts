import type { Stage } from './cases.ts';

export interface Outcome {
  /** `closed` when the listener could not answer. */
  readonly status: number | 'closed';
  readonly body: string;
  /** Findings only. */
  readonly matches: readonly LoggedFinding[];
}

/** A finding as a log has it. */
export interface LoggedFinding {
  readonly id: string;
  readonly message: string;
  readonly data: string;
  readonly tags: readonly string[];
}

/** A log line in the form that the suite's expressions were written for. */
function logLine(match: LoggedFinding): string {
  const plain = (text: string): string =>
    text.replace(/[\x00-\x1f\x7f-\xff]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
  const tags = match.tags.map((tag) => ` [tag "${tag}"]`).join('');
  const data = match.data === '' ? '' : ` [data "${plain(match.data)}"]`;
  return `[id "${match.id}"] [msg "${plain(match.message)}"]${data}${tags}`;
}

/** What is wrong with the outcome; empty when the stage passes. */
export function judge({ output }: Stage, outcome: Outcome): string[] {
  if (output.expect_error === true) return outcome.status === 'closed' ? [] : ['no error where one was expected'];
  const wrong: string[] = [];
  const ids = new Set(outcome.matches.map((match) => Number(match.id)));
  const lines = outcome.matches.map(logLine);
  const found = (pattern: string): boolean => {
    const expression = new RegExp(pattern);
    return lines.some((line) => expression.test(line));
  };
  const log = output.log ?? {};
  if (output.status !== undefined && output.status !== outcome.status)
    wrong.push(`status ${outcome.status}, not ${output.status}`);
  if (output.response_contains !== undefined && !new RegExp(output.response_contains).test(outcome.body)) {
    wrong.push(`the response does not hold ${output.response_contains}`);
  }
  for (const id of log.expect_ids ?? []) if (!ids.has(id)) wrong.push(`${id} is missing`);
  for (const id of log.no_expect_ids ?? []) if (ids.has(id)) wrong.push(`${id} must not be there`);
  for (const pattern of [log.match_regex, output.log_contains]) {
    if (pattern !== undefined && !found(pattern)) wrong.push(`no log line matches ${pattern}`);
  }
  for (const pattern of [log.no_match_regex, output.no_log_contains]) {
    if (pattern !== undefined && found(pattern)) wrong.push(`a log line matches ${pattern}`);
  }
  if (output.isolated === true && ids.size !== 1) wrong.push(`${ids.size} ids instead of one`);
  return wrong;
}
