import type { View } from '@slack/types';
import { userIdIn } from '../../../domain/actor.ts';
import { type Approval, approvalMs } from '../../../domain/approval.ts';
import { toError } from '../../../domain/errors.ts';
import { placeOfApproval } from '../../../services/actions/approval-place.ts';
import { approverIds } from '../../../services/actions/describe-consent.ts';
import { rootOfApproval } from '../../approval-thread.ts';
import type { SlackContext } from '../../context.ts';
import { noticeModal } from '../../views/action-modal.ts';
import { untilText } from '../../views/approval.ts';
import { whoText } from '../../views/second-person.ts';
import { escaped } from '../../views/text.ts';

/** The last page of a modal whose act waits for a second person. */
export async function waitsPage(context: SlackContext, title: string, approval: Approval): Promise<View> {
  const { deps, locale } = context;
  const ids = approverIds(deps, approval.kind, userIdIn(approval.requestedBy) ?? '');
  const who = whoText(ids, approvalMs(approval.kind));
  const until = untilText(approval, locale);
  const text = `*Nothing is done yet: it waits for a second person until ${until}.* ${who} They are asked in ${await placeText(context, approval)}.`;
  return noticeModal(title, text, 'You can take it back there with Decline.');
}

const THREAD = { alert: 'the alert’s thread', rotation: 'the rotation’s thread', campaign: 'the campaign’s thread' };

async function placeText({ deps, client }: SlackContext, approval: Approval): Promise<string> {
  const channel = escaped(deps.policy.channels.alerts);
  const place = await placeOfApproval(deps.store.read, approval);
  if (place.kind === 'channel') return channel;
  const root = rootOfApproval(place);
  const message = root === null ? undefined : await deps.store.read.messages.get(root.kind, root.subjectId);
  if (message === undefined) return channel;
  try {
    const { permalink } = await client.chat.getPermalink({ channel: message.channel, message_ts: message.ts });
    return permalink === undefined ? channel : `<${permalink}|${THREAD[place.kind]}>`;
  } catch (error) {
    deps.logger.info('no link to the thread', { error: toError(error) });
    return channel;
  }
}
