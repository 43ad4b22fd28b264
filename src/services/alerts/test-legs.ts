import type { Alert } from '../../domain/alert.ts';
import type { AlertContext } from './change-alert.ts';

/** How far a leg of the way came: it worked, was tried in vain, is still on its way, or was never its turn. */
export type Leg = 'worked' | 'failed' | 'waiting' | 'not_reached';

/** Flat, as the detail of an event. `webhooks` names those that were triggered. */
export async function legsOf({ tx }: AlertContext, alert: Alert) {
  return { channel: await channelLeg({ tx }, alert), dm: await directLeg({ tx }, alert) };
}

async function channelLeg({ tx }: Pick<AlertContext, 'tx'>, { id }: Alert): Promise<Leg> {
  if ((await tx.messages.get('alert', id)) !== undefined) return 'worked';
  const refused = (await tx.outbox.dead()).some(({ kind, subjectId }) => kind === 'alert' && subjectId === id);
  return refused ? 'failed' : 'waiting';
}

async function directLeg({ tx }: Pick<AlertContext, 'tx'>, { ownerAsk, id }: Alert): Promise<Leg> {
  if (ownerAsk === null) return 'not_reached';
  if ((await tx.messages.get('owner_question', ownerAsk.id)) !== undefined) return 'worked';
  const events = await tx.alerts.events(id);
  return events.some(({ detail }) => detail['why'] === 'owner_not_reached') ? 'failed' : 'waiting';
}
