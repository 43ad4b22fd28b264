import type { Subcommand } from '../command.ts';
import { helpView } from '../views/help.ts';

export const help: Subcommand = {
  name: 'help',
  usage: 'help',
  summary: 'this list',
  group: 'help',
  async run({ subcommands }) {
    return helpView(subcommands);
  },
};
