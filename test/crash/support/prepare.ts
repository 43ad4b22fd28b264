import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ApiCall } from '../../../src/sandbox/slack/index.ts';
import { BUNDLES, bundle, type Mutant } from '../../support/bundle.ts';
import { Gate } from './gate.ts';
import { Play } from './play.ts';
import type { Story } from './story-type.ts';
import { openSurroundings } from './surroundings.ts';

// Receivers that the app does not use, and that take a tenth of its start.
const UNUSED = [[/bolt\/dist\/receivers\/(Express|AwsLambda)Receiver\.js$/, 'exports.default = class {};']] as const;

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

/** Bundles the child, so that a start takes a quarter of a second, and plays the history into a database. */
export async function prepare(story: Story, mutants: readonly Mutant[] = []): Promise<Stock> {
  await mkdir(BUNDLES, { recursive: true });
  const bundles = await mkdtemp(join(BUNDLES, 'crash-'));
  const outfile = join(bundles, 'child.cjs');
  const folder = await mkdtemp(join(tmpdir(), 'keysteward-crash-'));
  const remove = async () => {
    await rm(bundles, { recursive: true, force: true });
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await bundle({ entry: 'test/crash/support/child.ts', outfile, mutants, leftOut: UNUSED });
    const database = join(folder, 'history.db');
    await playHistory(story, { bundle: outfile, database });
    let runs = 0;
    const newFolder = async () => {
      const path = join(folder, `run-${runs++}`);
      await mkdir(path);
      await copyFile(database, join(path, 'keysteward.db'));
      return path;
    };
    return { story, bundle: outfile, database, newFolder, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** The greeting and the report of the past are never looked at again. */
function isSaidOnce({ args }: ApiCall): boolean {
  return /^(Hello, this is Keysteward\.|Over the last 31 days)/.test(String(args['text']));
}

async function playHistory(story: Story, { bundle, database }: { bundle: string; database: string }): Promise<void> {
  const gate = new Gate();
  const history: Story = { ...story, until: story.from, steps: [] };
  const surroundings = await openSurroundings(story, gate, dirname(database));
  try {
    await new Play({ story: history, surroundings, gate, bundle, databasePath: database }).run();
    const posted = surroundings.slack.calls.filter((call) => call.method.startsWith('chat.') && !isSaidOnce(call));
    if (posted.length > 0) throw new Error('the history posts messages, which the runs would not find in Slack');
  } finally {
    await surroundings.close();
  }
}
