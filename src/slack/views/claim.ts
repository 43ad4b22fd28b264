import { z } from 'zod';
import type { ClaimCard } from '../../services/notices/describe-notice.ts';
import { buttonCodec } from '../button-value.ts';
import type { Words } from './blocks.ts';
import { actorMention, escaped, mention } from './text.ts';

export const CONFIRM_CLAIM = 'claim_confirm';
export const DECLINE_CLAIM = 'claim_decline';
export const claimButton = buttonCodec(z.strictObject({ n: z.string().max(64) }));

/** Asks a responder whether a key is whose it is said to be; afterwards what became of it. */
export function claimWords({ noticeId, detail, slug }: ClaimCard): Words {
  const who = mention(detail.userId);
  const key = escaped(slug);
  const by = detail.settledBy === null ? '' : ` by ${actorMention(detail.settledBy)}`;
  if (detail.state === 'confirmed') {
    return { verdict: `${key} belongs to ${who}, confirmed${by}.`, lines: [], footer: null };
  }
  if (detail.state === 'declined') {
    return { verdict: `${key} was claimed by ${who}; it was declined${by}.`, lines: [], footer: null };
  }
  const value = claimButton.encode({ n: noticeId });
  return {
    verdict: `${who} says that ${key} is theirs. Is that so?`,
    lines: [
      'Until a responder confirms it, the claim gives no rights. An owner is asked first when the key misbehaves and may suspend and rotate it.',
    ],
    footer: null,
    buttons: [
      {
        actionId: CONFIRM_CLAIM,
        label: 'Confirm',
        value,
        style: 'primary',
        accessibilityLabel: `Confirm the owner of ${slug}`,
      },
      { actionId: DECLINE_CLAIM, label: 'Decline', value, accessibilityLabel: `Decline the claim of ${slug}` },
    ],
  };
}
