import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  missingFromLock,
  readInstalled,
  readOurPackage,
  resolvedAddresses,
  undecidedScripts,
  undeclaredImports,
} from './support/package-rules.ts';
import { ROOT, readSources, source } from './support/source.ts';

const LOCK = readFileSync(join(ROOT, 'package-lock.json'), 'utf8');

describe('packages', () => {
  test('each install script has a decision', () => {
    const packages = readInstalled();

    expect(packages.length).toBeGreaterThan(50);
    expect(undecidedScripts(packages, readOurPackage().allowScripts)).toEqual([]);
  });

  test('the lock file names no registry', () => {
    expect(resolvedAddresses(LOCK)).toEqual([]);
  });

  test('the lock file is complete for every platform, so npm ci accepts it', () => {
    expect(missingFromLock(LOCK)).toEqual([]);
  });

  test('what runs is in dependencies, or an optional peer that its store or hook loads once it is configured', () => {
    expect(undeclaredImports(readSources(), readOurPackage())).toEqual([]);
  });
});

describe('the package check itself', () => {
  const ours = {
    dependencies: { zod: '1' },
    devDependencies: { ws: '1', 'node-vault': '1' },
    peerDependenciesMeta: { 'node-vault': { optional: true } },
    allowScripts: { built: true, refused: false },
  };

  test('an undecided script is caught, a decided one and a harmless one are not', () => {
    const make = (name: string, scripts: Record<string, string>, native = false) => ({
      name,
      scripts,
      native,
      folder: name,
    });
    const packages = [
      make('built', { install: 'make' }),
      make('refused', { postinstall: 'node x' }),
      make('plain', { test: 'x', prepare: 'y' }),
      make('sneaky', { preinstall: 'node x' }),
      make('gyp', {}, true),
    ];

    expect(undecidedScripts(packages, ours.allowScripts)).toEqual(['sneaky', 'gyp']);
  });

  test('a dependency without an entry in the lock file is caught, one that is nested or higher up is not', () => {
    const packages = {
      '': { dependencies: { a: '1' } },
      'node_modules/a': { dependencies: { b: '1', '@s/c': '1' }, optionalDependencies: { 'a-win32': '1' } },
      'node_modules/a/node_modules/b': { dependencies: { '@s/c': '1' } },
      'node_modules/@s/c': {},
    };

    expect(missingFromLock(JSON.stringify({ packages }))).toEqual(['node_modules/a needs a-win32']);
  });

  test('an address in the lock file is caught', () => {
    expect(resolvedAddresses('{\n"resolved": "https://mirror.example/x.tgz"\n}')).toHaveLength(1);
  });

  test.each([
    ['src/slack/x.ts', "import WebSocket from 'ws';"],
    ['src/slack/x.ts', "const ws = await import('ws');"],
    ['src/sandbox/x.ts', "import express from 'express';"],
    ['src/slack/x.ts', "import { x } from '@scope/other/deep';"],
    ['src/secret-stores/x.ts', "import vault from 'node-vault';"],
    ['src/services/x.ts', "const vault = await import('node-vault');"],
  ])('an undeclared import in %s is caught: %s', (path, text) => {
    expect(undeclaredImports([source(path, text)], ours)).toHaveLength(1);
  });

  test.each([
    ['src/slack/x.ts', "import { z } from 'zod/v4';"],
    ['src/slack/x.ts', "import { readFileSync } from 'node:fs';"],
    ['src/slack/x.ts', "import type { WebSocket } from 'ws';"],
    ['src/sandbox/x.ts', "import WebSocket from 'ws';"],
    ['src/secret-stores/x.ts', "const vault = await import('node-vault');"],
    ['src/deploy-hooks/x.ts', "import type { client } from 'node-vault';"],
  ])('a declared import in %s passes: %s', (path, text) => {
    expect(undeclaredImports([source(path, text)], ours)).toEqual([]);
  });
});
