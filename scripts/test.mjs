// npm test: sees to what the tests need, runs them all, and ends with one line of counts.
//   npm test                     everything
//   npm test -- src/http         what vitest is given
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureNeeds } from './needs.mjs';

ensureNeeds((line) => console.log(line));
const folder = mkdtempSync(join(tmpdir(), 'sallyport-test-'));
const report = join(folder, 'report.json');
const { status } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { ...process.env, SALLYPORT_TEST_JSON: report },
});
let counts = { passed: 0, failed: 1, skipped: 0 };
try {
  const { numPassedTests, numFailedTests, numPendingTests, testResults } = JSON.parse(readFileSync(report, 'utf8'));
  // A file that could not even be loaded has no tests that failed, but it is a failure all the same.
  const broken = testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length;
  counts = { passed: numPassedTests, failed: numFailedTests + broken, skipped: numPendingTests };
} catch {
  console.error('the test runner left no report');
}
rmSync(folder, { recursive: true, force: true });
console.log(
  `${counts.passed} passed, ${counts.failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''}`,
);
process.exit(status === 0 && counts.failed === 0 && counts.passed > 0 ? 0 : 1);
