import { copyFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ApiCall } from '../../../src/sandbox/slack/index.ts';
import { Gate } from './gate.ts';
import { Play } from './play.ts';
import type { Story } from './story-type.ts';
import { openSurroundings } from './surroundings.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
// Two folders below the root, as the sources are: the app finds its migrations from where its code is.
const BUNDLES = join(ROOT, 'test-output');

/** What all runs share. */
export interface Stock {
  readonly story: Story;
  readonly bundle: string;
  /** As it is shortly before the interesting part. */
  readonly database: string;
  /** A folder of its own for one run. */
  newFolder(): Promise<string>;
  remove(): Promise<void>;
}

/** Changes the app's sources on their way into the child: a fault that is planted, to see it caught. */
export interface Mutant {
  /** Below the root. */
  readonly path: string;
  readonly from: string;
  readonly to: string;
}

/** Bundles the child, so that a start takes a quarter of a second, and plays the history into a database. */
export async function prepare(story: Story, mutants: readonly Mutant[] = []): Promise<Stock> {
  await mkdir(BUNDLES, { recursive: true });
  const bundles = await mkdtemp(join(BUNDLES, 'crash-'));
  const bundle = join(bundles, 'child.cjs');
  const folder = await mkdtemp(join(tmpdir(), 'keysteward-crash-'));
  const remove = async () => {
    await rm(bundles, { recursive: true, force: true });
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await bundleChild(bundle, mutants);
    const database = join(folder, 'history.db');
    await playHistory(story, { bundle, database });
    let runs = 0;
    const newFolder = async () => {
      const path = join(folder, `run-${runs++}`);
      await mkdir(path);
      await copyFile(database, join(path, 'keysteward.db'));
      return path;
    };
    return { story, bundle, database, newFolder, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

interface LoadHook {
  onLoad(
    filter: { filter: RegExp },
    load: (file: { path: string }) => Promise<{ contents: string; loader: 'ts' | 'js' }>,
  ): void;
}

interface Bundler {
  build(options: Readonly<Record<string, unknown>>): Promise<unknown>;
}

async function bundleChild(outfile: string, mutants: readonly Mutant[]): Promise<void> {
  // tsx brings it; asked for from there, so that it need not be a dependency of ours.
  const near = createRequire(createRequire(import.meta.url).resolve('tsx'));
  const esbuild = near('esbuild') as Bundler;
  await esbuild.build({
    entryPoints: [fileURLToPath(new URL('./child.ts', import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['better-sqlite3'],
    define: { 'import.meta.url': 'bundleUrl' },
    banner: { js: "const bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
    minifyWhitespace: true,
    plugins: [withoutServers, ...mutants.map(planted)],
    logLevel: 'error',
  });
}

/** Receivers that the app does not use, and that take a tenth of its start. */
const withoutServers = {
  name: 'without the servers that nothing starts',
  setup(build: LoadHook): void {
    const filter = /bolt\/dist\/receivers\/(Express|AwsLambda)Receiver\.js$/;
    build.onLoad({ filter }, async () => ({ contents: 'exports.default = class {};', loader: 'js' }));
  },
};

function planted({ path, from, to }: Mutant) {
  const file = join(ROOT, path);
  const setup = (build: LoadHook): void => {
    build.onLoad({ filter: new RegExp(`${file.replaceAll(/\W/g, '.')}$`) }, async () => {
      const text = await readFile(file, 'utf8');
      if (!text.includes(from)) throw new Error(`${path} has no ${from} to plant a fault in`);
      return { contents: text.replace(from, to), loader: 'ts' };
    });
  };
  return { name: `planted in ${path}`, setup };
}

async function playHistory(story: Story, { bundle, database }: { bundle: string; database: string }): Promise<void> {
  const gate = new Gate();
  const history: Story = { ...story, until: story.from, steps: [] };
  const surroundings = await openSurroundings(story, gate);
  try {
    await new Play({ story: history, surroundings, gate, bundle, databasePath: database }).run();
    // The greeting is sent once and never looked at again.
    const isGreeting = ({ args }: ApiCall) => String(args['text']).startsWith('Hello, this is Keysteward.');
    const posted = surroundings.slack.calls.filter((call) => call.method.startsWith('chat.') && !isGreeting(call));
    if (posted.length > 0) throw new Error('the history posts messages, which the runs would not find in Slack');
  } finally {
    await surroundings.close();
  }
}
