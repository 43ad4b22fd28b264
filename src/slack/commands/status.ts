import { readStatus } from '../../services/status/read-status.ts';
import type { Subcommand } from '../command.ts';
import { statusView } from '../views/status.ts';

export const status: Subcommand = {
  name: 'status',
  usage: 'status',
  summary: 'what is watched, how old the data is, and what is stuck',
  group: 'look',
  async run({ deps, locale, configLines }) {
    return statusView(await readStatus(deps), { locale, configLines });
  },
};
