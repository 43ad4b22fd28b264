import { AppError } from '../../domain/errors.ts';
import { acknowledgeAlert } from '../../services/alerts/acknowledge-alert.ts';
import { authorise } from '../authorise.ts';
import { decodeButton } from '../button-value.ts';
import type { ButtonHandler } from '../interaction.ts';
import { keyAndLineage } from './key-action-buttons.ts';

/** `I’m on it`. */
export const alertAcknowledge: ButtonHandler = {
  kind: 'button',
  id: 'alert_acknowledge',
  choice: 'ack',
  async run(context, click) {
    const { alertId, keyId } = decodeButton(click.value);
    if (alertId === null) {
      throw new AppError({
        code: 'invalid_input',
        message: 'acknowledge without an alert',
        publicMessage: 'This button belongs to no alert; nothing was changed.',
      });
    }
    const { lineage } = await keyAndLineage(context, keyId);
    const actor = await authorise(context, { gesture: click, act: 'acknowledge', lineage });
    await acknowledgeAlert(context.deps, { actor, alertId });
  },
};
