import { IS_FINAL } from '../../domain/action.ts';
import { type Approval, approvalMs } from '../../domain/approval.ts';
import { DAY_MS, formatLength, plural } from '../../domain/time.ts';
import type { ApprovalCard } from '../../services/actions/describe-consent.ts';
import { REASON_MAX } from '../../services/actions/record-request.ts';
import { toldIn } from '../../services/rotation/early-end.ts';
import { encodeApproval } from '../button-value.ts';
import { ACCOUNT_VERB, ASKED } from './action-text.ts';
import { environmentText } from './alert.ts';
import { actions, type ButtonSpec, type Rendered, section } from './blocks.ts';
import { earlyApprovalLines } from './early-end.ts';
import { actorMention, capital, dayAndTime, escaped, foreign, instant, type Locale } from './text.ts';

/** The request for a second person, as it should look now: with buttons while it waits, and then what became of it. */
export function approvalView(card: ApprovalCard, locale: Locale): Rendered {
  const { approval } = card;
  const lines = approval.state === 'waiting' ? waitingLines(card, locale) : endLines(card, locale);
  const [verdict = '', ...rest] = lines;
  const blocks: Rendered['blocks'] = [section([`*${verdict}*`, ...rest].join('\n'))];
  if (approval.state === 'waiting') blocks.push(buttonsOf(card));
  return { text: lines.join('\n'), blocks };
}

function waitingLines(card: ApprovalCard, locale: Locale): readonly string[] {
  const { approval, key, lineage, providerTitle } = card;
  const who = actorMention(approval.requestedBy);
  const hint = key.hint === null ? '' : ` · ${foreign(key.hint)}`;
  const until = untilText(approval, locale);
  const callees =
    card.approverIds.length === 0
      ? 'Nobody else may approve this: name a second person in policy.yml (roles).'
      : `A second person who may do this can approve or decline until ${until}; after that it is off.`;
  return [
    `${who} wants to ${actText(card)}. Approve it?`,
    `${escaped(providerTitle)}${hint} · ${environmentText(lineage)} · ${finalText(approval)}`,
    ...earlyApprovalLines(toldIn(approval)),
    reasonText(approval),
    callees,
  ];
}

function endLines(card: ApprovalCard, locale: Locale): readonly string[] {
  const { approval } = card;
  const who = actorMention(approval.requestedBy);
  const asked = `${who} wanted to ${actText(card)}`;
  const by = approval.decidedBy === null ? 'nobody' : actorMention(approval.decidedBy);
  const at = dayAndTime(approval.decidedAt ?? approval.requestedAt, locale);
  switch (approval.state) {
    case 'approved':
      return [`${who} wanted to ${actText(card)}: approved by ${by}.`, reasonText(approval), `Approved ${at}.`];
    case 'declined':
      return [`${asked}: declined by ${by}. Nothing was done.`, reasonText(approval), `Declined ${at}.`];
    case 'cancelled':
      return [`${asked} and took it back. Nothing was done.`, reasonText(approval)];
    case 'expired':
      return [
        `${asked}: nobody approved it within ${formatLength(approvalMs(approval.kind))}. Nothing was done.`,
        reasonText(approval),
        'Ask again if it is still wanted.',
      ];
    default:
      return [`${asked}: overtaken.`, escaped(approval.problem ?? ''), reasonText(approval)];
  }
}

/** Until when somebody may decide: with its day where that is another one. */
export function untilText({ kind, expiresAt }: Approval, locale: Locale): string {
  return approvalMs(kind) < DAY_MS ? instant(expiresAt, locale) : dayAndTime(expiresAt, locale);
}

/** `revoke prod-api` */
export function actText({ approval, lineage }: ApprovalCard): string {
  const name = escaped(lineage.slug);
  const { kind, params } = approval;
  if (params !== null && 'keyIds' in params) {
    const others = params.keyIds.length - 1;
    return `${ACCOUNT_VERB} ${name}${others > 0 ? ` and with it ${plural(others, 'other key')}` : ''}`;
  }
  return ASKED[kind].replace('the key', name);
}

function finalText({ kind }: Approval): string {
  return IS_FINAL[kind] === 'no' ? 'it can be undone' : 'it cannot be undone';
}

function reasonText({ reason }: Approval): string {
  return `Reason: ${foreign(reason, REASON_MAX)}`;
}

function buttonsOf(card: ApprovalCard): Rendered['blocks'][number] {
  return actions(`approval_${card.approval.id}`, approvalButtons(card));
}

/** The same two wherever it is shown while it waits. */
export function approvalButtons({ approval, lineage }: Pick<ApprovalCard, 'approval' | 'lineage'>): ButtonSpec[] {
  const value = encodeApproval(approval.id);
  const name = `${approval.kind.replace('_', ' ')} of ${lineage.slug}`;
  return [
    {
      actionId: 'approval_approve',
      label: 'Approve',
      value,
      style: 'danger',
      accessibilityLabel: `Approve ${name}`,
      confirm: {
        title: 'Approve it?',
        text: `${capital(name)}: this cannot be undone.`,
        yes: 'Approve',
      },
    },
    { actionId: 'approval_decline', label: 'Decline', value, accessibilityLabel: `Decline ${name}` },
  ];
}
