import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ROOT } from './support/source.ts';

const SMOKE_OK = [{ name: 'help', fault: null }];
const CRASH_OK = [
  { name: 'before a commit', fault: null },
  { name: 'after it', fault: null },
];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keysteward-summary-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the last line of .ci/run', () => {
  test('counts tests, kill points and smoke checks together', () => {
    write({ tests: vitest({ passed: 7 }), smoke: SMOKE_OK, crash: CRASH_OK });

    expect(summary()).toEqual({ lines: ['10 passed, 0 failed'], status: 0 });
  });

  test('a kill point that does not hold counts once, a crash step that judged nothing too', () => {
    write({ tests: vitest({ passed: 7 }), smoke: SMOKE_OK, crash: [...CRASH_OK, { name: 'x', fault: 'lost' }] });
    expect(summary('crash')).toEqual({ lines: ['failed: crash', '10 passed, 1 failed'], status: 1 });

    write({ tests: vitest({ passed: 7 }), smoke: SMOKE_OK });
    expect(summary('crash')).toEqual({ lines: ['failed: crash', '8 passed, 1 failed'], status: 1 });
  });

  test('a failed test, a failed smoke check and a file that cannot be loaded each count once', () => {
    const broken = [{ status: 'failed', assertionResults: [] }];
    write({
      tests: vitest({ passed: 7, failed: 1, testResults: broken }),
      smoke: [...SMOKE_OK, { name: 'x', fault: 'exit 1' }],
    });

    expect(summary('test', 'smoke')).toEqual({ lines: ['failed: test, smoke', '8 passed, 3 failed'], status: 1 });
  });

  test('a step that failed without a test to blame counts as one', () => {
    write({ tests: vitest({ passed: 7 }), smoke: SMOKE_OK });

    expect(summary('check', 'test')).toEqual({ lines: ['failed: check, test', '8 passed, 2 failed'], status: 1 });
  });

  test('nothing at all is a failure, not a success', () => {
    expect(summary('install')).toEqual({ lines: ['failed: install', '0 passed, 1 failed'], status: 1 });
    expect(summary()).toEqual({ lines: ['0 passed, 1 failed'], status: 1 });
  });
});

function vitest({ passed = 0, failed = 0, testResults = [] as readonly object[] }) {
  return { numPassedTests: passed, numFailedTests: failed, testResults };
}

function write({ tests, smoke, crash = [] }: { tests: object; smoke: object; crash?: readonly object[] }): void {
  writeFileSync(join(folder, 'vitest.json'), JSON.stringify(tests));
  writeFileSync(join(folder, 'smoke.json'), JSON.stringify(smoke));
  writeFileSync(join(folder, 'crash.json'), JSON.stringify(crash));
}

function summary(...failedSteps: readonly string[]) {
  const script = join(ROOT, 'scripts/ci-summary.mjs');
  const { stdout, status } = spawnSync(process.execPath, [script, folder, ...failedSteps], { encoding: 'utf8' });
  return { lines: stdout.trim().split('\n'), status };
}
