import { describe, expect, test } from 'vitest';
import { ambientFaults } from './support/ambient-rules.ts';
import { readSources, source } from './support/source.ts';

test('clock, chance and environment are read only where the design says', () => {
  expect(ambientFaults(readSources())).toEqual([]);
});

describe('the ambient check itself', () => {
  test.each([
    'const at = Date.now();',
    "const at = Date['now']();",
    'const at = globalThis.Date.now();',
    'const { now } = Date;',
    'const clock = Date.now;',
    'const day = new Date();',
    'const day = new Date;',
    'const day = Date();',
    'const roll = Math.random();',
    "import { randomUUID } from 'node:crypto';",
    'const id = crypto.randomUUID();',
    'const token = process.env.SLACK_BOT_TOKEN;',
    "const token = process['env'];",
    'const { env } = process;',
    "import { env } from 'node:process';",
    'const t = performance.now();',
    "import { performance } from 'node:perf_hooks';",
    'setTimeout(() => undefined, 5);',
    'const later = globalThis.setTimeout;',
    'await new Promise((resolve) => setInterval(resolve, 5));',
    "import { setTimeout as sleep } from 'node:timers/promises';",
  ])('a planted fault is caught: %s', (text) => {
    expect(ambientFaults([source('src/services/usage/x.ts', text)]).length).toBeGreaterThan(0);
  });

  test.each([
    'const day = new Date(at);',
    'const at = Date.UTC(2026, 0, 1);',
    'const at = Date.parse(text);',
    'const at = clock.now();',
    '// Date.now() is read in system/ only',
    "const text = 'Date.now';",
    'const largest = Math.max(1, 2);',
    'interface Timers { setTimeout(run: () => void, ms: number): void }',
    'timers.setTimeout(run, 5);',
  ])('an honest line passes: %s', (text) => {
    expect(ambientFaults([source('src/services/usage/x.ts', text)])).toEqual([]);
  });

  test('the four doors may read them, and only Bolt and the stand-ins may set timers besides system', () => {
    const clock = 'const at = Date.now();';
    const timer = 'setTimeout(run, 5);';
    const count = (path: string, text: string) => ambientFaults([source(path, text)]).length;

    for (const path of ['src/system/clock.ts', 'src/config/env.ts', 'src/main.ts', 'src/cli.ts', 'src/cli/backup.ts']) {
      expect(count(path, clock)).toBe(0);
    }
    expect(count('src/config/policy.ts', clock)).toBe(1);
    expect(count('src/sandbox/clock.ts', clock)).toBe(1);
    for (const path of ['src/system/x.ts', 'src/sandbox/x.ts', 'src/slack/bolt-app.ts'])
      expect(count(path, timer)).toBe(0);
    expect(count('src/slack/outbox.ts', timer)).toBe(1);
  });
});
