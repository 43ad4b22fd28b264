import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { createMetrics } from '../../src/http/metrics.ts';
import { SLACK_PATH } from '../../src/slack/bolt-app.ts';
import { openBench } from '../support/bench-deps.ts';

const DOC = readFileSync('docs/install.md', 'utf8');

test('docs/install.md says of every scope in manifest.yml why it is there, and of no other', () => {
  const manifest = parse(readFileSync('manifest.yml', 'utf8'));
  const table = DOC.slice(DOC.indexOf('### Scopes'), DOC.indexOf('### Socket Mode'));
  const rows = [...table.matchAll(/^\| `([^`]+)` +\| (.+?) *\|$/gm)];

  expect(rows.map(([, scope]) => scope).sort()).toEqual([...manifest.oauth_config.scopes.bot].sort());
  for (const [, , why] of rows) expect(why).toMatch(/\w{3}/);
});

test('its metrics are those that there are, with their labels', async () => {
  const { store, clock } = openBench().deps;
  const metrics = createMetrics({ store, clock, connections: [], notReady: async () => [], ofProcess: true });
  const text = await metrics.render();
  const known = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
  const named = [...DOC.matchAll(/`((?:keysteward|nodejs|process)_[a-z0-9_]+)(?:\{[a-z,]+\})?`/g)].map(
    ([, name]) => name,
  );

  expect(known).toEqual(expect.arrayContaining(named));
  expect(named).toEqual(expect.arrayContaining(known.filter((name) => name?.startsWith('keysteward_'))));
});

test('its addresses for HTTP are the path that is served', () => {
  const urls = [...DOC.matchAll(/(?:url|request_url): https:\/\/[^/]+(\S+)/g)].map(([, path]) => path);

  expect(new Set(urls)).toEqual(new Set([SLACK_PATH]));
});
