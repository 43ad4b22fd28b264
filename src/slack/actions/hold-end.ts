import { AppError } from '../../domain/errors.ts';
import { endHold } from '../../services/noise/holds.ts';
import { describeHold } from '../../services/noise/read-holds.ts';
import { authorise } from '../authorise.ts';
import type { ButtonHandler } from '../interaction.ts';
import { answer } from '../views/blocks.ts';
import { endedLine, HOLD_END, holdButton } from '../views/hold.ts';

/** `End now`, under a window or a muted rule. */
export const holdEnd: ButtonHandler = {
  kind: 'button',
  id: HOLD_END,
  async run(context, click) {
    const { deps, locale } = context;
    const { h: holdId } = holdButton.decode(click.value);
    const hold = await deps.store.read.holds.get(holdId);
    const lineage = hold && (await deps.store.read.lineages.get(hold.lineageId));
    if (hold === undefined || lineage === undefined) throw gone(holdId);
    // To end either protects: the right to begin it on a production key is not needed.
    const act = hold.kind === 'expect' ? 'declare' : 'mute';
    const actor = await authorise(context, { gesture: click, act, lineage });
    const ended = await endHold(deps, { actor, holdId });
    await click.replace(answer(endedLine(await describeHold(deps, ended ?? hold), locale)));
  },
};

function gone(holdId: string): AppError {
  return new AppError({
    code: 'invalid_input',
    message: `no hold ${holdId}`,
    publicMessage: 'This button belongs to nothing that holds; nothing was changed.',
  });
}
