// node scripts/sum-tests.mjs <folder of vitest's JSON reports> <steps that failed>
// Prints `N passed, N failed` over all reports, as its last line. A step that failed without a failed test (the type
// check, a run that broke off) counts as one failure, so that 0 failed means that everything went well.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, stepsFailed] = process.argv.slice(2);
let passed = 0;
let failed = 0;
let runsFailed = 0;
for (const name of readdirSync(folder).sort()) {
  const report = JSON.parse(readFileSync(join(folder, name), 'utf8'));
  // A file that cannot be loaded has no tests, and is counted as one.
  const broken = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  );
  const failures = report.numFailedTests + broken.length;
  console.log(`${name.replace(/\.json$/, '')}: ${report.numPassedTests} passed, ${failures} failed`);
  passed += report.numPassedTests;
  failed += failures;
  if (failures > 0) runsFailed++;
}
failed += Math.max(0, Number(stepsFailed) - runsFailed);
console.log(`${passed} passed, ${failed} failed`);
if (failed > 0 || passed === 0) process.exitCode = 1;
