import { acknowledgeAlert } from '../../services/alerts/acknowledge-alert.ts';
import { authorise } from '../authorise.ts';
import type { ButtonHandler } from '../interaction.ts';
import { alertOfButton } from './lib/alert-gesture.ts';

/** `Acknowledge`: I’m on it. */
export const alertAcknowledge: ButtonHandler = {
  kind: 'button',
  id: 'alert_acknowledge',
  choice: 'ack',
  async run(context, click) {
    const { alert, lineage } = await alertOfButton(context, click.value);
    const actor = await authorise(context, { gesture: click, act: 'acknowledge', lineage });
    await acknowledgeAlert(context.deps, { actor, alertId: alert.id });
  },
};
