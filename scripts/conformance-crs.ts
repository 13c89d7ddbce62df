/**
 * Runs the rule set's own regression cases, in this process or over HTTP through the Node shell:
 * npm run conformance:crs -- --rules DIR --tests DIR [--http] [--only TEXT] [--json]
 */
import { parseArgs } from 'node:util';
import { readCases } from '../test/conformance/crs/cases.ts';
import { runCase, suiteWaf, type CaseResult } from '../test/conformance/crs/conformance.ts';
import { expectedFailures as inProcess } from '../test/conformance/crs/expected-failures.ts';
import { expectedHttpFailures } from '../test/conformance/crs/http-expected-failures.ts';
import { runOverHttp } from '../test/conformance/crs/http.ts';

const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  options: {
    rules: { type: 'string', default: '../shared/data/crs4' },
    tests: { type: 'string', default: '../shared/data/crs4/tests' },
    http: { type: 'boolean', default: false },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

const { waf, loaded } = suiteWaf(values.rules);
const { only } = values;
const cases = readCases(values.tests).filter((one) => only === undefined || one.name.includes(only));
const expectedFailures = values.http ? expectedHttpFailures : inProcess;
const told = (done: number): void => {
  if (!values.json && done % 500 === 0) console.error(`${done} of ${cases.length}`);
};
const failed: readonly CaseResult[] = values.http
  ? await runOverHttp(values.rules, cases, told)
  : cases
      .map((one, at) => {
        told(at + 1);
        return runCase(waf, one);
      })
      .filter(({ wrong }) => wrong.length > 0);
const unexpected = failed.filter(({ name }) => expectedFailures[name] === undefined);
const names = new Set(failed.map(({ name }) => name));
const cured = cases.map(({ name }) => name).filter((name) => expectedFailures[name] !== undefined && !names.has(name));
const share = cases.length === 0 ? 0 : ((cases.length - failed.length) / cases.length) * 100;
if (values.json) {
  const { versions, rules, leftOut } = loaded.report;
  const summary = {
    versions,
    rules,
    leftOut: leftOut.map(String),
    cases: cases.length,
    passed: cases.length - failed.length,
    share,
    failed,
    cured,
  };
  console.log(JSON.stringify(summary, null, 2));
} else {
  for (const { name, wrong } of failed)
    console.log(
      `${name}: ${wrong.join('; ')}${expectedFailures[name] ? ` (expected: ${expectedFailures[name]})` : ''}`,
    );
  for (const name of cured) console.log(`${name}: passes, so it must leave the list of expected failures`);
  console.log(
    `${loaded.report.versions.join(', ')}: ${cases.length - failed.length} of ${cases.length} cases pass (${share.toFixed(2)} %)`,
  );
}
for (const { name } of values.json ? [] : unexpected)
  console.log(`${name}: no reason is given in ${values.http ? 'http-expected-failures.ts' : 'expected-failures.ts'}`);
// A handful of cases may be about another server, and over HTTP some never reach a rule; more than that is a fault of ours.
if (cases.length === 0 || share < (values.http ? 99.5 : 99.9)) process.exitCode = 1;
