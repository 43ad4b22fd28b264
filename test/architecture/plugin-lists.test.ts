import { describe, expect, test } from 'vitest';
import { PLUGIN_FOLDERS, pluginListFaults } from './support/plugin-list-rules.ts';
import { readSources, source } from './support/source.ts';

const FOLDER = 'src/slack/commands';
const sources = readSources();

test.each(PLUGIN_FOLDERS)('everything in %s is in its list', (folder) => {
  expect(pluginListFaults(sources, folder)).toEqual([]);
});

describe('the list check itself', () => {
  const help = source(`${FOLDER}/help.ts`, 'export const help = {};');
  const stale = source(`${FOLDER}/stale.ts`, 'export const stale = {};');
  const index = (text: string) => source(`${FOLDER}/index.ts`, text);
  const faults = (...files: ReturnType<typeof source>[]) => pluginListFaults(files, FOLDER);

  test('a folder of plug-ins without a list is a fault', () => {
    expect(faults(help)).toEqual([`${FOLDER} has no index.ts, but it holds ${FOLDER}/help`]);
  });

  test('a forgotten import is a fault', () => {
    const list = index("import { help } from './help.ts';\nexport const commands = [help];");

    expect(faults(help, stale, list)).toEqual([`${FOLDER}/index.ts does not import ${FOLDER}/stale`]);
  });

  test('an import that is not in the exported list is a fault', () => {
    const head = "import { help } from './help.ts';\nimport { stale } from './stale.ts';\n";
    const missing = [`${FOLDER}/index.ts does not list ${FOLDER}/stale`];

    expect(faults(help, stale, index(`${head}export const commands = [help];\nexport const one = stale;`))).toEqual(
      missing,
    );
    expect(faults(help, stale, index(`${head}const all = [stale];\nexport const commands = [help];`))).toEqual(missing);
  });

  test('a type-only import lists nothing', () => {
    const list = index("import type { help } from './help.ts';\nexport const commands: (typeof help)[] = [];");

    expect(faults(help, list)).toEqual([`${FOLDER}/index.ts does not import ${FOLDER}/help`]);
  });

  test('constants, factories and folders can be listed, and lib is no plug-in', () => {
    const list = index(
      "import { help } from './help.ts';\nimport { stale as old } from './stale.ts';\nimport { show } from './show/show.ts';\n" +
        'export function commands(deps: Deps) {\n  return [help, old(deps), { ...show }] as const;\n}',
    );
    const show = source(`${FOLDER}/show/show.ts`, 'export const show = {};');
    const part = source(`${FOLDER}/lib/flags.ts`, 'export const flags = {};');

    expect(faults(help, stale, show, part, list)).toEqual([]);
  });

  test('an empty folder needs no list', () => {
    expect(pluginListFaults([], FOLDER)).toEqual([]);
  });
});
