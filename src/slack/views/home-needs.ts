import type { KnownBlock } from '@slack/types';
import { alertName } from '../../domain/alert.ts';
import { formatMoney } from '../../domain/money.ts';
import { plural } from '../../domain/time.ts';
import type { HomeCard } from '../../services/home/read-home.ts';
import type { AlertNeed, RevocationNeed, RotationNeed, Upkeep } from '../../services/home/read-needs.ts';
import type { ClaimCard } from '../../services/notices/describe-notice.ts';
import { ownerAnswer } from '../owner-answer.ts';
import { missingScopeText } from '../scopes.ts';
import { plain } from './action-modal.ts';
import { alertButtons, alertMenu } from './alert-buttons.ts';
import { approvalView } from './approval.ts';
import { actions, type ButtonSpec, section, sections } from './blocks.ts';
import { claimWords } from './claim.ts';
import { claimButton } from './pick-keys-modals.ts';
import { nextText, progressText } from './rotation-words.ts';
import { actorMention, channelText, dayAndTime, escaped, type Locale, messageLink, mrkdwnSentence } from './text.ts';

const SHOWN_UPKEEP = 8;

/** What waits for this person, with the buttons that the messages have. */
export function needsBlocks({ needs, company, own, keys }: HomeCard, locale: Locale): KnownBlock[] {
  const { alerts, approvals, claims, rotations, revocations, more, upkeep } = needs;
  const items: KnownBlock[] = [
    ...alerts.flatMap((need) => alertBlocks(need, locale)),
    ...moreBlock(more.alerts, 'more open alert'),
    ...approvals.flatMap((card) => approvalView(card, locale).blocks),
    ...moreBlock(more.approvals, 'more request for a second person', 'more requests for a second person'),
    ...sections(revocations.map((need) => revocationText(need, locale))),
    ...moreBlock(more.revocations, 'more key that is not revoked yet', 'more keys that are not revoked yet'),
    ...claims.flatMap(claimBlocks),
    ...moreBlock(more.claims, 'more claim to confirm', 'more claims to confirm'),
    ...sections(rotations.map((need) => rotationText(need, locale))),
    ...moreBlock(more.rotations, 'more rotation that you drive', 'more rotations that you drive'),
    ...(upkeep === null ? [] : sections(upkeepLines(upkeep, locale))),
    ...unownedBlocks(company?.unowned ?? 0, own.keys.length > 0),
  ];
  if (items.length === 0 && keys === 0) return [];
  return [
    { type: 'header', text: plain('What needs you') },
    ...(items.length === 0 ? [section('Nothing waits for you.')] : items),
  ];
}

function alertBlocks({ card, askId, place }: AlertNeed, locale: Locale): KnownBlock[] {
  const { alert, lineage } = card;
  const question = askId === null ? '' : 'Was this you? ';
  const lost = escaped(formatMoney(alert.lostMicroUsd, locale.currency));
  const where = messageLink(alertName(alert), place, locale);
  const text = `*${question}${escaped(lineage.slug)} is ${mrkdwnSentence(alert.headline, locale)}.*\n${lost} since ${dayAndTime(alert.startedAt, locale)} · ${alert.severity} · ${where}`;
  const buttons = [...(askId === null ? [] : answerButtons(alert.id, askId)), ...alertButtons(card)];
  const menu = alertMenu(card);
  if (buttons.length + menu.length === 0) return [section(text)];
  return [section(text), actions(`home_${alert.id}`, buttons, menu)];
}

function answerButtons(alertId: string, askId: string): readonly ButtonSpec[] {
  const value = ownerAnswer.encode({ a: alertId, e: askId });
  return [
    { actionId: 'owner_yes', label: 'Yes, that was us', value },
    { actionId: 'owner_no', label: 'No', value, style: 'danger' },
  ];
}

function claimBlocks(card: ClaimCard): KnownBlock[] {
  const { verdict, buttons = [] } = claimWords(card);
  return [section(`*${verdict}*`), ...(buttons.length === 0 ? [] : [actions(`home_${card.noticeId}`, buttons)])];
}

function rotationText({ rotation, oldKeyStatus, place, slug }: RotationNeed, locale: Locale): string {
  const thread = messageLink('open its thread', place, locale);
  return `• You drive the rotation of *${escaped(slug)}*: ${progressText(rotation)}, ${nextText(rotation, oldKeyStatus)} · ${thread}`;
}

function revocationText({ action, slug, place }: RevocationNeed, locale: Locale): string {
  const where = place === null ? '' : ` · ${messageLink('open its thread', place, locale)}`;
  const next = `it is tried again ${dayAndTime(action.notBeforeAt, locale)}`;
  return `• :warning: The old key of *${escaped(slug)}* is not revoked yet: ${escaped(action.problem ?? '')} Asked for by ${actorMention(action.requestedBy)}; ${next}${where}`;
}

/** What does not work until an admin has done something about it. */
function upkeepLines({ missingScopes, troubles, dead }: Upkeep, locale: Locale): readonly string[] {
  const scopes = missingScopes.map(({ scope }) => escaped(missingScopeText([scope])));
  const channels = troubles.map(
    ({ channel, sinceAt, problem }) =>
      `${channelText(channel)} cannot be posted to since ${dayAndTime(sinceAt, locale)}: ${escaped(problem)}`,
  );
  const letters =
    dead === 0 ? [] : [`${plural(dead, 'message')} could not be sent: \`keysteward review\` on the server.`];
  const lines = [...scopes, ...channels, ...letters].map((line) => `:warning: ${line}`);
  return lines.slice(0, SHOWN_UPKEEP);
}

/** Whoever owns keys knows the way to more of them. */
function unownedBlocks(unowned: number, ownsSome: boolean): KnownBlock[] {
  if (unowned === 0 || !ownsSome) return [];
  const whose = unowned === 1 ? 'One key has no owner.' : `${unowned.toLocaleString('en-US')} keys have no owner.`;
  return [section(`${whose} Is one of them yours?`), actions('home_claim', [claimButton()])];
}

function moreBlock(count: number, one: string, many = `${one}s`): KnownBlock[] {
  return count === 0 ? [] : [section(`and ${count.toLocaleString('en-US')} ${count === 1 ? one : many}`)];
}
