import { looksLikeSecret } from '../../domain/secret.ts';
import { sightOf } from '../authorise.ts';
import { refuseBeyondSight } from '../command.ts';
import { list } from '../commands/list.ts';
import type { ButtonHandler } from '../interaction.ts';
import { pastedKeyView } from '../views/help.ts';
import { HOME_FIND } from '../views/home.ts';

/** The field of the Home tab in which keys are looked for, as `/keys list` does; the answer opens on top. */
export const homeFind: ButtonHandler = {
  kind: 'button',
  id: HOME_FIND,
  async run(context, click) {
    const sight = await sightOf(context, click);
    refuseBeyondSight(sight, list);
    const { userId, teamId, triggerId, channel, value } = click;
    if (looksLikeSecret(value)) return click.reply(pastedKeyView());
    const request = { userId, teamId, triggerId, channel: channel ?? '', argument: value.trim(), page: 1, sight };
    const rendered = await list.run(context, request);
    if (rendered !== null) await click.reply(rendered);
  },
};
