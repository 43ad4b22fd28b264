import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readIgnore, readStages } from '../../scripts/dockerfile.mjs';

interface Step {
  readonly word: string;
  readonly values?: Readonly<Record<string, string>>;
  readonly value?: string;
}

const stages: readonly { readonly name?: string; readonly steps: readonly Step[] }[] = readStages(
  readFileSync('Dockerfile', 'utf8'),
);
const image = stages.at(-1)?.steps ?? [];
const env = Object.assign({}, ...image.map(({ values = {} }) => values));

describe('the Dockerfile', () => {
  test('has one stage that builds and one that runs, as somebody without rights, with a health check', () => {
    expect(stages.map(({ name }) => name)).toEqual(['build', undefined]);
    expect(image).toContainEqual({ word: 'USER', value: 'node' });
    expect(image).toContainEqual({ word: 'VOLUME', value: '/data' });
    expect(image.filter(({ word }) => word === 'HEALTHCHECK')).toHaveLength(1);
  });

  test('takes connections from outside the container, since a published port arrives from there', () => {
    expect(env).toMatchObject({ KEYSTEWARD_HOST: '0.0.0.0', PORT: '3000', NODE_ENV: 'production' });
    expect(image).toContainEqual({ word: 'EXPOSE', value: '3000' });
  });

  test('is read with continued lines and comments, and an instruction that nobody knows is said', () => {
    const text = '# one\nFROM x AS y\nENV A=1 \\\n  B=a=b\n# two\nCOPY --from=z a b/ c/\n';

    expect(readStages(text)).toEqual([
      {
        image: 'x',
        name: 'y',
        steps: [
          { word: 'ENV', values: { A: '1', B: 'a=b' } },
          { word: 'COPY', from: 'z', sources: ['a', 'b/'], target: 'c/' },
        ],
      },
    ]);
    expect(() => readStages('FROM x\nADD a b\n')).toThrow('does not know ADD');
  });
});

test('.dockerignore sends what the build needs, and no settings, data, tests or page', () => {
  const isSent = readIgnore(readFileSync('.dockerignore', 'utf8'));

  for (const path of ['package.json', 'src/cli.ts', 'db/migrations/0001_words.sql'])
    expect([path, isSent(path)]).toEqual([path, true]);
  for (const path of [
    '.env',
    'policy.yml',
    'data/keysteward.db',
    'test/x.ts',
    '.git/config',
    'src/sandbox/page/client/main.tsx',
  ]) {
    expect([path, isSent(path)]).toEqual([path, false]);
  }
});

test('compose.yaml runs one service that writes to its volume alone and is given time to stop', () => {
  const { services, volumes } = parse(readFileSync('compose.yaml', 'utf8'));

  expect(Object.keys(services)).toEqual(['keysteward']);
  const { keysteward } = services;
  expect(keysteward).toMatchObject({ env_file: '.env', read_only: true, restart: 'unless-stopped' });
  expect(Number.parseInt(keysteward.stop_grace_period, 10)).toBeGreaterThan(10);
  expect(keysteward.volumes).toEqual([`${Object.keys(volumes)[0]}:/data`]);
});
