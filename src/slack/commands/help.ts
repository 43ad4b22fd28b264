import type { Subcommand } from '../command.ts';
import { helpView } from '../views/help.ts';

export const help: Subcommand = {
  name: 'help',
  usage: 'help',
  summary: 'this list',
  group: 'help',
  forOwners: true,
  async run({ subcommands }, { sight }) {
    return helpView(subcommands.filter(({ forOwners }) => sight === 'all' || forOwners));
  },
};
