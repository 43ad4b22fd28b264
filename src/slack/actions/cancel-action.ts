import { AppError } from '../../domain/errors.ts';
import { cancelAction } from '../../services/actions/cancel-action.ts';
import { actOf } from '../../services/actions/describe-consent.ts';
import { authorise } from '../authorise.ts';
import { decodeActionButton } from '../button-value.ts';
import type { ButtonHandler } from '../interaction.ts';
import { keyAndLineage } from './key-action-buttons.ts';

/** `Stop trying`: gives up an act that hangs. Whoever may ask for it may give it up. */
export const cancelHangingAction: ButtonHandler = {
  kind: 'button',
  id: 'action_cancel',
  async run(context, click) {
    const { actionId } = decodeActionButton(click.value);
    const action = await context.deps.store.read.actions.get(actionId);
    if (action === undefined) {
      throw new AppError({
        code: 'not_found',
        message: `there is no action ${actionId}`,
        publicMessage: 'Nothing was changed: this is not under way here. `/keys status` shows what is.',
      });
    }
    const { lineage } = await keyAndLineage(context, action.keyId);
    const actor = await authorise(context, { gesture: click, act: actOf(action.kind), lineage });
    await cancelAction(context.deps, { actor, actionId });
  },
};
