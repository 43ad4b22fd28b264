import { describe, expect, test } from 'vitest';
import { cycleFaults, importFaults } from './support/import-rules.ts';
import { readSources, source } from './support/source.ts';

const sources = readSources();

describe('import direction', () => {
  test('every import in src goes inward', () => {
    expect(importFaults(sources)).toEqual([]);
  });

  test('no files import each other in a circle', () => {
    expect(cycleFaults(sources)).toEqual([]);
  });
});

describe('the import check itself', () => {
  test.each([
    ['src/domain/x.ts', "import { readFileSync } from 'node:fs';"],
    ['src/domain/x.ts', "import type { Provider } from '../ports/provider.ts';"],
    ['src/domain/detectors/x.ts', "export * from '../../services/alerts/open.ts';"],
    ['src/domain/x.ts', "import { Reader } from 'mmdb-lib';"],
    ['src/system/x.ts', "import ipaddr from 'ipaddr.js';"],
    ['src/ports/x.ts', "import { z } from 'zod';"],
    ['src/services/alerts/x.ts', "import type { Kysely } from 'kysely';"],
    ['src/services/alerts/x.ts', "import { alerts } from '../../store/alerts.ts';"],
    ['src/services/alerts/x.ts', "import { card } from '../../slack/views/alert.ts';"],
    ['src/services/alerts/x.ts', "import { openai } from '../../providers/openai/index.ts';"],
    ['src/services/alerts/x.ts', "import type { KnownBlock } from '@slack/types';"],
    ['src/services/alerts/x.ts', "type A = import('../../store/alerts.ts').Alerts;"],
    ['src/slack/actions/x.ts', "import { sql } from 'kysely';"],
    ['src/slack/actions/x.ts', "import { open } from '../../store/open.ts';"],
    ['src/slack/actions/x.ts', "const store = await import('../../store/open.ts');"],
    ['src/providers/openai/x.ts', "import { outbox } from '../../slack/outbox.ts';"],
    ['src/providers/openai/x.ts', "import { poll } from '../../services/usage/poll.ts';"],
    ['src/store/x.ts', "import { poll } from '../services/usage/poll.ts';"],
    ['src/scheduler/x.ts', "import { createApp } from '../app.ts';"],
    ['src/scheduler/x.ts', "import { start } from '../sandbox/start.ts';"],
    ['src/app.ts', "import { start } from './sandbox/start.ts';"],
    ['src/cli.ts', "import { start } from './sandbox/start.ts';"],
    ['src/cli.ts', "const { start } = await import('./sandbox/start.ts');"],
    ['src/cli/sandbox.ts', "import { start } from '../sandbox/start.ts';"],
    ['src/cli/audit.ts', "const { start } = await import('../sandbox/start.ts');"],
    ['src/cli/audit.ts', "import '../cli.ts';"],
    ['src/services/x.ts', "import { out } from '../cli/output.ts';"],
    ['src/app.ts', "import { out } from './cli/output.ts';"],
    ['src/slack/x.ts', "import { App } from '@slack/bolt';"],
    ['src/system/x.ts', "import { Command } from 'commander';"],
    ['src/services/usage/x.ts', "import Papa from 'papaparse';"],
    ['src/rooms/x.ts', "import { z } from 'zod';"],
    ['src/helpers.ts', "import { z } from './domain/key.ts';"],
    ['src/slack/x.ts', 'const part = await import(name);'],
  ])('a planted fault in %s is caught: %s', (path, text) => {
    expect(importFaults([source(path, text)])).toHaveLength(1);
  });

  test.each([
    ['src/domain/x.ts', "import { z } from 'zod';\nimport { type Key } from './key.ts';"],
    ['src/domain/x.ts', "import ipaddr from 'ipaddr.js';"],
    ['src/ports/x.ts', "import type { Key } from '../domain/key.ts';"],
    ['src/services/alerts/x.ts', "import type { Clock } from '../../ports/clock.ts';"],
    ['src/slack/x.ts', "import { poll } from '../services/usage/poll.ts';"],
    ['src/slack/bolt-app.ts', "import { App } from '@slack/bolt';"],
    ['src/slack/x.ts', "import type { App } from '@slack/bolt';"],
    ['src/store/x.ts', "import { Kysely } from 'kysely';"],
    ['src/app.ts', "import { open } from './store/open.ts';"],
    ['src/cli/sandbox.ts', "const { start } = await import('../sandbox/start.ts');"],
    ['src/cli.ts', "import { add } from './cli/audit.ts';"],
    ['src/cli/audit.ts', "import { open } from '../store/open.ts';\nimport { Command } from 'commander';"],
    ['src/sandbox/x.ts', "import { createApp } from '../app.ts';"],
  ])('an honest import in %s passes: %s', (path, text) => {
    expect(importFaults([source(path, text)])).toEqual([]);
  });

  test('a circle of three files is caught, a diamond is not', () => {
    const a = source('src/domain/a.ts', "import { b } from './b.ts';");
    const b = source('src/domain/b.ts', "import { c } from './c.ts';");
    const circle = [a, b, source('src/domain/c.ts', "import type { A } from './a.ts';")];
    const diamond = [
      source('src/domain/top.ts', "import { a } from './a.ts';\nimport { b } from './b.ts';"),
      a,
      b,
      source('src/domain/c.ts', ''),
    ];

    expect(cycleFaults(circle)).toEqual(['src/domain/a.ts → src/domain/b.ts → src/domain/c.ts → src/domain/a.ts']);
    expect(cycleFaults(diamond)).toEqual([]);
  });
});
