import type { View } from '@slack/types';
import { userIdIn } from '../../../domain/actor.ts';
import type { Approval } from '../../../domain/approval.ts';
import { toError } from '../../../domain/errors.ts';
import { approverIds } from '../../../services/actions/describe-consent.ts';
import type { SlackContext } from '../../context.ts';
import { noticeModal } from '../../views/action-modal.ts';
import { whoText } from '../../views/second-person.ts';
import { escaped, instant } from '../../views/text.ts';

/** The last page of a modal whose act waits for a second person. */
export async function waitsPage(context: SlackContext, title: string, approval: Approval): Promise<View> {
  const { deps, locale } = context;
  const who = whoText(approverIds(deps, approval.kind, userIdIn(approval.requestedBy) ?? ''));
  const until = instant(approval.expiresAt, locale);
  const text = `*Nothing is done yet: it waits for a second person until ${until}.* ${who} They are asked in ${await placeText(context, approval)}.`;
  return noticeModal(title, text, 'You can take it back there with Decline.');
}

async function placeText({ deps, client }: SlackContext, { alertId }: Approval): Promise<string> {
  const channel = escaped(deps.policy.channels.alerts);
  const message = alertId === null ? undefined : await deps.store.read.messages.get('alert', alertId);
  if (message === undefined) return channel;
  try {
    const { permalink } = await client.chat.getPermalink({ channel: message.channel, message_ts: message.ts });
    return permalink === undefined ? channel : `<${permalink}|the alert’s thread>`;
  } catch (error) {
    deps.logger.info('no link to the alert', { error: toError(error) });
    return channel;
  }
}
