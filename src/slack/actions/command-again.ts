import { COMMAND_BUTTONS, commandButtonId } from '../command-button.ts';
import type { ButtonHandler } from '../interaction.ts';
import { runLine } from './lib/run-line.ts';

/** `Next`, `Previous` and the candidates: a line of /keys, run again for whoever clicks, in the place of the answer. */
export const commandAgain: readonly ButtonHandler[] = Array.from({ length: COMMAND_BUTTONS }, (_, index) => ({
  kind: 'button',
  id: commandButtonId(index),
  async run(context, click) {
    const rendered = await runLine(context, click);
    if (rendered !== null) await click.replace(rendered);
  },
}));
