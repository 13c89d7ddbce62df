import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** YAML reads `Content-Length: 3` as a number and nothing at all as null. */
type Scalar = string | number | boolean | null;

/** One exchange of a case, as the suite writes it. */
export interface Stage {
  readonly input: {
    readonly method?: string;
    readonly uri?: string;
    readonly version?: string;
    readonly headers?: Readonly<Record<string, Scalar>>;
    readonly ordered_headers?: readonly { readonly name: string; readonly value: Scalar }[];
    readonly data?: Scalar;
    readonly encoded_data?: string;
    readonly encoded_request?: string;
    readonly autocomplete_headers?: boolean;
    readonly stop_magic?: boolean;
  };
  readonly output: {
    readonly status?: number;
    readonly response_contains?: string;
    readonly expect_error?: boolean;
    readonly isolated?: boolean;
    readonly log?: {
      readonly expect_ids?: readonly number[];
      readonly no_expect_ids?: readonly number[];
      readonly match_regex?: string;
      readonly no_match_regex?: string;
    };
    readonly log_contains?: string;
    readonly no_log_contains?: string;
  };
}

export interface Case {
  /** `920100-4`. */
  readonly name: string;
  readonly stages: readonly Stage[];
}

interface CaseFile {
  readonly rule_id?: number;
  readonly tests?: readonly {
    readonly test_id?: number;
    readonly test_title?: string;
    readonly stages?: readonly unknown[];
  }[];
}

function* yamlFiles(path: string): Generator<string> {
  if (statSync(path).isFile()) {
    if (/\.ya?ml$/.test(path)) yield path;
    return;
  }
  for (const name of readdirSync(path).sort()) yield* yamlFiles(join(path, name));
}

/** Reads every case below a directory; files without cases are passed over. */
export function readCases(directory: string): Case[] {
  const cases: Case[] = [];
  for (const file of yamlFiles(directory)) {
    const { rule_id: rule, tests } = (parse(readFileSync(file, 'utf8')) ?? {}) as CaseFile;
    for (const [at, test] of (tests ?? []).entries()) {
      const name = test.test_title ?? `${rule ?? file}-${test.test_id ?? at + 1}`;
      // Older suites wrap each stage once more.
      const stages = (test.stages ?? []).map((stage) => (stage as { stage?: Stage }).stage ?? (stage as Stage));
      cases.push({ name, stages });
    }
  }
  return cases;
}
