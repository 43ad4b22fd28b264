import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readAssets } from '../../../src/sandbox/page/assets.ts';
import { buildPage } from '../../../src/sandbox/page/build-page.ts';

const HTML = '<!doctype html><div id="root"></div><script type="module" src="./main.ts"></script>';

let folder: string;
let builds: number;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keysteward-build-'));
  builds = 0;
  await mkdir(join(folder, 'client'));
  await write('index.html', HTML);
  await write('main.ts', "const title: string = 'first';\ndocument.title = title;\n");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const write = (name: string, text: string) => writeFile(join(folder, 'client', name), text);

function build(): Promise<string> {
  const onBuild = (): void => {
    builds += 1;
  };
  return buildPage({ client: join(folder, 'client'), cache: join(folder, 'cache'), onBuild });
}

test('a page is built once, and again only when its sources have changed', async () => {
  const first = await build();
  expect(await build()).toBe(first);
  expect(builds).toBe(1);

  await write('main.ts', "document.title = 'second';\n");
  const second = await build();

  expect(second).not.toBe(first);
  expect(builds).toBe(2);
  // Nothing of the older page stays behind.
  expect(await readdir(join(folder, 'cache'))).toHaveLength(1);
});

test('what is built is plain files: a page whose script has its content in its name', async () => {
  const assets = await readAssets(await build());

  const script = [...assets.keys()].find((path) => path.endsWith('.js'));
  expect(script).toMatch(/^\/assets\/.+-\w+\.js$/);
  expect(assets.get('/')?.bytes.toString()).toContain(script);
  expect(assets.get(String(script))?.bytes.toString()).toContain('first');
});

test('two starts at once give the same page, and neither leaves anything unfinished', async () => {
  const [one, two] = await Promise.all([build(), build()]);

  expect(one).toBe(two);
  expect(await readFile(join(one, 'index.html'), 'utf8')).toContain('<script');
  expect(await readdir(join(folder, 'cache'))).toHaveLength(1);
});

test('a page that cannot be built says why in a sentence, and the next start tries again', async () => {
  await write('main.ts', 'const = ;\n');

  await expect(build()).rejects.toMatchObject({ publicMessage: expect.stringContaining('could not be built') });
  expect(await readdir(join(folder, 'cache'))).toEqual([]);

  await write('main.ts', 'document.title = "mended";\n');
  await build();
  expect(builds).toBe(2);
});

test('without sources it says where the sandbox runs', async () => {
  await rm(join(folder, 'client'), { recursive: true });

  await expect(build()).rejects.toMatchObject({ publicMessage: expect.stringContaining('from a clone') });
});
