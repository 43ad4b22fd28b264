import { alertName } from '../../domain/alert.ts';
import { startTestAlert } from '../../services/alerts/test-alert.ts';
import { authorise } from '../authorise.ts';
import type { Subcommand } from '../command.ts';
import { section } from '../views/blocks.ts';
import { escaped, mention } from '../views/text.ts';

export const testAlert: Subcommand = {
  name: 'test-alert',
  usage: 'test-alert',
  summary: 'try the whole way of an alert: channel, direct message, escalation, webhooks; calls only you',
  async run(context, gesture) {
    const { deps } = context;
    await authorise(context, { gesture, act: 'test_alert', lineage: null });
    const { userId, teamId } = gesture;
    const { alert, isNew } = await startTestAlert(deps, { kind: 'slack', userId, teamId });
    const where = escaped(deps.policy.channels.alerts);
    const text = isNew
      ? `The test ${alertName(alert)} is on its way to ${where}; its thread says what worked. Nobody but you is called.`
      : `A test is open already: ${alertName(alert)} in ${where}, started by ${mention(alert.testOf ?? '')}. End it there first.`;
    return { text, blocks: [section(text)] };
  },
};
