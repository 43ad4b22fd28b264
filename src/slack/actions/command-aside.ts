import { asideButtonId, COMMAND_BUTTONS } from '../command-button.ts';
import type { ButtonHandler } from '../interaction.ts';
import { runLine } from './lib/run-line.ts';

/** A line of /keys under a message of the channel: whoever clicks gets the answer alone, and the message stays. */
export const commandAside: readonly ButtonHandler[] = Array.from({ length: COMMAND_BUTTONS }, (_, index) => ({
  kind: 'button',
  id: asideButtonId(index),
  async run(context, click) {
    const rendered = await runLine(context, click);
    if (rendered !== null) await click.reply(rendered);
  },
}));
