import type { Subcommand } from '../command.ts';
import { help } from './help.ts';
import { list } from './list.ts';
import { rotate } from './rotate.ts';
import { show } from './show.ts';
import { stale } from './stale.ts';
import { status } from './status.ts';
import { testAlert } from './test-alert.ts';

/** Every subcommand of /keys, in the order of help. A test compares this list with the folder. */
export const subcommands: readonly Subcommand[] = [help, status, list, stale, show, rotate, testAlert];
