import type { Subcommand } from '../command.ts';
import { audit } from './audit.ts';
import { backtest } from './backtest.ts';
import { blastRadius } from './blast-radius.ts';
import { cap } from './cap.ts';
import { caps } from './caps.ts';
import { claim } from './claim.ts';
import { digest } from './digest.ts';
import { edit } from './edit.ts';
import { expect } from './expect.ts';
import { exportSheet } from './export.ts';
import { factor } from './factor.ts';
import { help } from './help.ts';
import { history } from './history.ts';
import { importSheet } from './import.ts';
import { restore, revoke, suspend } from './key-acts.ts';
import { lint } from './lint.ts';
import { list } from './list.ts';
import { mine } from './mine.ts';
import { mute } from './mute.ts';
import { offboard } from './offboard.ts';
import { owner } from './owner.ts';
import { quiet } from './quiet.ts';
import { register } from './register.ts';
import { rotate } from './rotate.ts';
import { score } from './score.ts';
import { show } from './show.ts';
import { spend } from './spend.ts';
import { stale } from './stale.ts';
import { status } from './status.ts';
import { testAlert } from './test-alert.ts';

/** Every subcommand of /keys, in the order of help. A test compares this list with the folder. */
export const subcommands: readonly Subcommand[] = [
  status,
  list,
  stale,
  show,
  mine,
  spend,
  caps,
  blastRadius,
  score,
  lint,
  digest,
  backtest,
  history,
  exportSheet,
  quiet,
  edit,
  owner,
  claim,
  register,
  importSheet,
  cap,
  expect,
  mute,
  factor,
  rotate,
  suspend,
  revoke,
  restore,
  offboard,
  testAlert,
  audit,
  help,
];
