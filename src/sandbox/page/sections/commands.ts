import { subcommands } from '../../../slack/commands/index.ts';
import type { PageCommand } from '../protocol.ts';

/** Every `/keys` subcommand, from the app's own list. */
export const commandsSection: readonly PageCommand[] = subcommands.map(({ name, usage, summary }) => ({
  name,
  usage: usage.startsWith(name) ? usage.slice(name.length).trim() : usage,
  summary,
}));
