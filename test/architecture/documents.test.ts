import { describe, expect, test } from 'vitest';
import { citedPaths, documentFaults, readDocuments, repositoryPaths } from './support/document-rules.ts';

test('every path the documents cite exists, and short documents stay short', () => {
  const documents = readDocuments();

  expect(documents.map(({ path }) => path)).toEqual(
    expect.arrayContaining(['CONTRIBUTING.md', 'docs/architecture.md']),
  );
  expect(documentFaults(documents, repositoryPaths())).toEqual([]);
});

describe('the document check itself', () => {
  const paths = {
    exists: (path: string) => ['src/app.ts', 'src/slack', 'docs/adr', 'docs/adr/0001-a.md', '.ci/run'].includes(path),
    hasFileNamed: (name: string) => name === 'bolt-app.ts',
  };
  const faults = (text: string, path = 'docs/x.md') => documentFaults([{ path, text }], paths);

  test.each([
    '`src/nowhere.ts`',
    '`src/{app.ts,slak}`',
    '`nowhere.yml`',
    '`.ci/walk`',
    '[x](nowhere.md)',
    '`test/none/*`',
  ])('a citation that leads nowhere is caught: %s', (text) => {
    expect(faults(text)).toHaveLength(1);
  });

  test.each([
    '`src/app.ts` `src/{app.ts,slack}` `src/slack/*` `bolt-app.ts` `.ci/run` [one](adr/0001-a.md#top)',
    '`policy.yml` `dist/cli.js` `.env` `data/keysteward.db`',
    '`/keys show <key>` `GET /healthz` `@slack/bolt` `npm test` `https://example.com/a.md` `a/b`',
    '```\nsrc/nowhere.ts `src/nowhere.ts`\n```',
  ])('this is no fault: %s', (text) => {
    expect(faults(text)).toEqual([]);
  });

  test('citations are found in ticks and links', () => {
    expect(citedPaths('See `src/app.ts` and [that](adr/0001-a.md).')).toEqual(['src/app.ts', 'adr/0001-a.md']);
  });

  test('an ADR of 41 lines and an architecture page of 121 are too long', () => {
    expect(faults('x\n'.repeat(41), 'docs/adr/0001-a.md')).toEqual(['docs/adr/0001-a.md has 41 lines, 40 are allowed']);
    expect(faults('x\n'.repeat(121), 'docs/architecture.md')).toHaveLength(1);
    expect(faults('x\n'.repeat(40), 'docs/adr/0001-a.md')).toEqual([]);
  });
});
