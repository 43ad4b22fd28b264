import { sightOf } from '../authorise.ts';
import { quiet } from '../commands/quiet.ts';
import type { ButtonHandler } from '../interaction.ts';
import { QUIET_LIST } from '../views/quiet-list.ts';

/** `Show the list`, under the roll-up of a day: for whoever clicks alone. */
export const quietList: ButtonHandler = {
  kind: 'button',
  id: QUIET_LIST,
  async run(context, click) {
    const sight = await sightOf(context, click);
    const { userId, teamId, triggerId, channel } = click;
    const rendered = await quiet.run(context, {
      ...{ userId, teamId, triggerId, sight },
      ...{ channel: channel ?? '', argument: '', page: 1 },
    });
    if (rendered !== null) await click.reply(rendered);
  },
};
