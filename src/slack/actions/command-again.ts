import { AppError } from '../../domain/errors.ts';
import { sightOf } from '../authorise.ts';
import { refuseBeyondSight } from '../command.ts';
import { COMMAND_BUTTONS, commandButtonId, decodeCommand } from '../command-button.ts';
import { subcommands } from '../commands/index.ts';
import type { ButtonHandler } from '../interaction.ts';

/** `Next`, `Previous` and the candidates: a line of /keys, run again for whoever clicks, in the place of the answer. */
export const commandAgain: readonly ButtonHandler[] = Array.from({ length: COMMAND_BUTTONS }, (_, index) => ({
  kind: 'button',
  id: commandButtonId(index),
  async run(context, click) {
    const { name, argument, page } = decodeCommand(click.value);
    const sight = await sightOf(context, click);
    const subcommand = subcommands.find((one) => one.name === name);
    if (subcommand === undefined) throw unknownCommand(name);
    refuseBeyondSight(sight, subcommand);
    const { userId, teamId, triggerId, channel } = click;
    const request = { userId, teamId, triggerId, channel: channel ?? '', argument, page, sight };
    const rendered = await subcommand.run(context, request);
    if (rendered !== null) await click.replace(rendered);
  },
}));

function unknownCommand(name: string): AppError {
  return new AppError({
    code: 'invalid_input',
    message: `a button runs ${name}, which there is not`,
    publicMessage: 'This button was made by another version of Keysteward. Type `/keys help` for what there is.',
  });
}
