import type { KnownBlock, View } from '@slack/types';
import { nextStep } from '../../domain/campaign.ts';
import {
  isOver,
  ROTATION_STEPS,
  type Rotation,
  type RotationStep,
  type StepName,
  stepOf,
} from '../../domain/rotation.ts';
import type { CampaignKeyCard } from '../../services/campaigns/describe-key.ts';
import { isUnderWay } from '../../services/rotation/creation-of.ts';
import type { RotationCard } from '../../services/rotation/describe-rotation.ts';
import { buttonOf, encodeRotationButton } from '../rotation-button.ts';
import { plain } from './action-modal.ts';
import { actions, type ButtonSpec, type Rendered, sections, TEXT_MAX } from './blocks.ts';
import { rungText } from './campaign-words.ts';
import { restoringLines, steeringButtons } from './rotation.ts';
import { STEP_TITLE, stepBody, stepButtons } from './rotation-step.ts';
import { trafficBrief } from './rotation-traffic.ts';
import { barText, keyText, stepStateText } from './rotation-words.ts';
import { actorMention, capped, escaped, foreign, type Locale, messageLink } from './text.ts';

export const MORE_TITLE = 'Rotation';
/** Buttons that the message has room for; the rest is behind `More…`. */
const CONSUMERS_MAX = 6;
const BESIDE: ReadonlySet<string> = new Set(['rotation_skip', 'rotation_undo', 'rotation_look']);

/** The one message of a key in a campaign: where it stands, the step that is next, and its buttons. */
export function campaignKeyView(key: CampaignKeyCard, locale: Locale): Rendered {
  const { card } = key;
  const { rotation } = card;
  const lines =
    key.elsewhere === null && rotation.campaignId === key.campaign.id ? linesOf(key, locale) : joinedLines(key, locale);
  const blocks: KnownBlock[] = sections(lines);
  const buttons = rotation.campaignId === key.campaign.id && rotation.state === 'open' ? buttonsOf(card) : [];
  if (buttons.length > 0) blocks.push(actions(`key_${rotation.revision}_${card.oldKey.generation}`, buttons));
  return { text: capped(lines.join('\n'), TEXT_MAX), blocks };
}

function linesOf(key: CampaignKeyCard, locale: Locale): readonly string[] {
  const { rotation, lineage, oldKey } = key.card;
  const name = `*${escaped(lineage.slug)}*`;
  if (rotation.state === 'done') return [`:white_check_mark: ${name} has a new key.`, ...overLines(key.card)];
  if (rotation.state === 'cancelled') {
    const why = foreign(rotation.closeReason ?? '', 200);
    return [`:no_entry_sign: ${name}: cancelled by ${actorMention(rotation.closedBy ?? '')}: ${why}`];
  }
  return [
    `${name}  ${barText(rotation)}  ${actorMention(rotation.driver)} · ${keyText(oldKey)}`,
    ...nextLines(key, locale),
    ...overLines(key.card),
    ...ladderLines(key, locale),
  ];
}

function joinedLines({ card, elsewhere }: CampaignKeyCard, locale: Locale): readonly string[] {
  const { rotation, lineage } = card;
  const where = messageLink('its own thread', elsewhere, locale);
  const mark = rotation.state === 'open' ? '' : ':white_check_mark: ';
  return [
    `${mark}*${escaped(lineage.slug)}*  ${barText(rotation)}  ${actorMention(rotation.driver)} · was being rotated already: ${where}`,
  ];
}

/** The step that is next in two lines; the whole of it is behind `Help`. */
function nextLines(key: CampaignKeyCard, locale: Locale): readonly string[] {
  const { card } = key;
  const { rotation } = card;
  if (rotation.rollback !== null) {
    return [
      `Goes back to its old key, by ${actorMention(rotation.rollback.by)}: ${foreign(rotation.rollback.reason, 200)}`,
      ...restoringLines(card, locale),
    ];
  }
  if (rotation.paused !== null) {
    return [`Paused by ${actorMention(rotation.paused.by)}: ${foreign(rotation.paused.reason, 200)}`];
  }
  const name = shownStep(rotation);
  if (name === null) return [];
  const step = stepOf(rotation, name);
  const title = `*${ROTATION_STEPS.indexOf(name) + 1}. ${STEP_TITLE[name]}*`;
  if (step.state === 'blocked') return [`:no_entry: ${title} – ${stepStateText(step, locale)}`];
  return [`${title}: ${briefOf(key, step, locale)}`];
}

/** What is next for somebody; else the end of the old key, which can be taken back until it is for good. */
function shownStep(rotation: Rotation): StepName | null {
  return nextStep(rotation) ?? (rotation.finalAt === null ? null : 'revoke');
}

/** One sentence or two that stand alone: the steps, links and lists behind them are for `Help`. */
function briefOf({ card, traffic }: CampaignKeyCard, step: RotationStep, locale: Locale): string {
  const { rotation, newName, providerTitle, work } = card;
  const [first = ''] = stepBody(card, step, locale);
  if (step.name === 'generate' && work.byHand !== null && (work.creation === null || !isUnderWay(work.creation))) {
    const isAsked = work.found.kind === 'unclear' || work.found.kind === 'strays';
    return isAsked
      ? first
      : `make a key named exactly ${escaped(newName)} in the console of ${escaped(providerTitle)}; Keysteward finds it by that name. *Help* shows the way.`;
  }
  if (step.name === 'redeploy' && work.consumers.length > 0) {
    const open = work.consumers.filter(({ row }) => row.state !== 'done').map(({ row }) => foreign(row.consumer));
    const more = open.length > CONSUMERS_MAX ? ` and ${open.length - CONSUMERS_MAX} more` : '';
    return `${open.slice(0, CONSUMERS_MAX).join(', ')}${more} ${open.length === 1 ? 'has' : 'have'} to read the new value: restart or redeploy ${open.length === 1 ? 'it' : 'them'}.`;
  }
  return step.name === 'verify' && traffic !== null ? trafficBrief(traffic, rotation, locale) : first;
}

/** `verified by Keysteward: revoke · @ana: generate, store`. */
function overLines({ rotation }: RotationCard): readonly string[] {
  const byWhom = new Map<string, string[]>();
  for (const { name, state, by } of rotation.steps) {
    if (!isOver(state) || by === null) continue;
    const who = by.startsWith('system:') ? 'verified by Keysteward' : actorMention(by);
    byWhom.set(who, [...(byWhom.get(who) ?? []), state === 'skipped' ? `${name} (skipped)` : name]);
  }
  const parts = [...byWhom].map(([who, names]) => `${who}: ${names.join(', ')}`);
  return parts.length === 0 ? [] : [parts.join(' · ')];
}

/** `reminded 2× · next reminder: the owner in the thread, on Tuesday`. */
function ladderLines({ reminded, nextRung }: CampaignKeyCard, locale: Locale): readonly string[] {
  const parts = [
    ...(reminded === 0 ? [] : [`reminded ${reminded}×`]),
    ...(nextRung === null ? [] : [rungText(nextRung, locale)]),
  ];
  return parts.length === 0 ? [] : [parts.join(' · ')];
}

function buttonsOf(card: RotationCard): readonly ButtonSpec[] {
  const name = shownStep(card.rotation);
  if (name === null || card.rotation.rollback !== null) return [ofRotation(card, 'rotation_more', 'More…')];
  const all = stepButtons(card, stepOf(card.rotation, name));
  const isBlocked = stepOf(card.rotation, name).state === 'blocked';
  const shown = all.filter(({ actionId }) => isBlocked || !BESIDE.has(actionId) || actionId === 'rotation_look');
  return [...shown, ofRotation(card, 'rotation_more', 'More…')];
}

function ofRotation({ rotation, lineage }: RotationCard, actionId: string, label: string): ButtonSpec {
  const value = encodeRotationButton(buttonOf(rotation, null));
  return { actionId, label, value, accessibilityLabel: `${label.replace('…', '')}: rotation of ${lineage.slug}` };
}

/** `More…`: every step, and what else can be done. */
export function moreModal(card: RotationCard, locale: Locale): View {
  const { rotation, lineage } = card;
  const lines = ROTATION_STEPS.map((name) => {
    const step = stepOf(rotation, name);
    return `${ROTATION_STEPS.indexOf(name) + 1}. ${STEP_TITLE[name]}: ${stepStateText(step, locale)}`;
  });
  const name = nextStep(rotation);
  const beside =
    name === null ? [] : stepButtons(card, stepOf(rotation, name)).filter(({ actionId }) => BESIDE.has(actionId));
  const undo = ROTATION_STEPS.flatMap((step) =>
    isOver(stepOf(rotation, step).state)
      ? stepButtons(card, stepOf(rotation, step)).filter(({ actionId }) => actionId === 'rotation_undo')
      : [],
  ).slice(-1);
  const buttons = [
    ...beside.filter(({ actionId }) => actionId === 'rotation_skip'),
    ...undo.map((spec) => ({ ...spec, label: 'Undo the last step' })),
    ...steeringButtons(card),
  ];
  const blocks: KnownBlock[] = sections([`*${escaped(lineage.slug)}*`, ...lines]);
  if (rotation.state === 'open') blocks.push(actions('more', buttons));
  return { type: 'modal', title: plain(MORE_TITLE), close: plain('Close'), blocks };
}
