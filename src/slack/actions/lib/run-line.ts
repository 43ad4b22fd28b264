import { AppError } from '../../../domain/errors.ts';
import { sightOf } from '../../authorise.ts';
import { refuseBeyondSight } from '../../command.ts';
import { decodeCommand } from '../../command-button.ts';
import { subcommands } from '../../commands/index.ts';
import type { SlackContext } from '../../context.ts';
import type { Click } from '../../interaction.ts';
import type { Rendered } from '../../views/blocks.ts';

/** Runs the line of /keys that a button carries, with the rights of whoever clicks; null where a modal is the answer. */
export async function runLine(context: SlackContext, click: Click): Promise<Rendered | null> {
  const { name, argument, page } = decodeCommand(click.value);
  const sight = await sightOf(context, click);
  const subcommand = subcommands.find((one) => one.name === name);
  if (subcommand === undefined) throw unknownCommand(name);
  refuseBeyondSight(sight, subcommand);
  const { userId, teamId, triggerId, channel } = click;
  return subcommand.run(context, { userId, teamId, triggerId, channel: channel ?? '', argument, page, sight });
}

function unknownCommand(name: string): AppError {
  return new AppError({
    code: 'invalid_input',
    message: `a button runs ${name}, which there is not`,
    publicMessage: 'This button was made by another version of Keysteward. Type `/keys help` for what there is.',
  });
}
