import { endTestAlert, requireTest } from '../../services/alerts/test-alert.ts';
import { authorise } from '../authorise.ts';
import type { ButtonHandler } from '../interaction.ts';
import { alertOfButton } from './lib/alert-gesture.ts';

/** `End the test` */
export const alertEndTest: ButtonHandler = {
  kind: 'button',
  id: 'alert_end_test',
  async run(context, click) {
    const { alert, lineage } = await alertOfButton(context, click.value);
    requireTest(alert);
    const actor = await authorise(context, { gesture: click, act: 'acknowledge', lineage });
    await endTestAlert(context.deps, { actor, alertId: alert.id });
  },
};
