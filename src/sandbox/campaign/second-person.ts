import { CAMPAIGN_ASKS } from '../../services/campaigns/announce-campaign.ts';
import { interactiveElements } from '../slack/blocks.ts';
import type { Stage } from '../stage.ts';
import { press } from './gestures.ts';

const APPROVE = 'approval_approve';

/** Agrees to all that the messages of the campaigns show; what moves up as these are decided has its turn next time. */
export async function approveWhatIsAsked(stage: Stage, userId: string): Promise<void> {
  for (const { ts, value } of await asked(stage)) await press(stage, { userId, ts, actionId: APPROVE, value });
}

async function asked(stage: Stage): Promise<readonly { readonly ts: string; readonly value: string }[]> {
  const { campaigns, messages } = stage.app.deps.store.read;
  const found: { ts: string; value: string }[] = [];
  for (const { id } of await campaigns.standing()) {
    for (const { channel, ts } of await messages.about(CAMPAIGN_ASKS, `${id}:`)) {
      const message = stage.slack.workspace.message(channel, ts);
      for (const { actionId, element } of message === undefined ? [] : interactiveElements(message.blocks)) {
        if (actionId === APPROVE) found.push({ ts, value: String(element['value']) });
      }
    }
  }
  return found;
}
