import { readFileSync } from 'node:fs';
import { join } from 'node:path';

// Prints "N passed, N failed": the tests, the kill points, the smoke checks, the dry run of the Docker image, and each step that failed without a test to blame.
const [folder = 'test-output', ...failedSteps] = process.argv.slice(2);

const tests = countTests(read('vitest.json'));
const crash = countChecks(read('crash.json'));
const smoke = countChecks(read('smoke.json'));
const docker = countChecks(read('docker.json'));
const blamed = { test: tests.failed, crash: crash.failed, smoke: smoke.failed, docker: docker.failed };
const steps = failedSteps.filter((name) => (blamed[name] ?? 0) === 0).length;
const nothingRan = tests.passed + tests.failed === 0 && failedSteps.length === 0 ? 1 : 0;

const passed = tests.passed + crash.passed + smoke.passed + docker.passed;
const failed = tests.failed + crash.failed + smoke.failed + docker.failed + steps + nothingRan;
if (failedSteps.length > 0) process.stdout.write(`failed: ${failedSteps.join(', ')}\n`);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;

/** A file that could not be loaded holds no tests, so it counts as one failure itself. */
function countTests(report) {
  if (report === undefined) return { passed: 0, failed: 0 };
  const broken = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
  return { passed: report.numPassedTests, failed: report.numFailedTests + broken.length };
}

/** Of a list of checks, each with what is wrong or null. */
function countChecks(report) {
  if (report === undefined) return { passed: 0, failed: 0 };
  return {
    passed: report.filter(({ fault }) => fault === null).length,
    failed: report.filter(({ fault }) => fault).length,
  };
}

function read(name) {
  try {
    return JSON.parse(readFileSync(join(folder, name), 'utf8'));
  } catch {
    return undefined;
  }
}
