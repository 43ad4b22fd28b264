import type { View } from '@slack/types';
import { z } from 'zod';
import type { Actor } from '../../domain/actor.ts';
import type { Act } from '../../domain/authorise.ts';
import type { Decision } from '../../domain/departure.ts';
import { AppError } from '../../domain/errors.ts';
import { decideKey, endDeparture, revokeQuiet } from '../../services/departures/decide.ts';
import {
  type DepartureCard,
  type DepartureRow,
  describeDeparture,
} from '../../services/departures/describe-departure.ts';
import { refuseUnfitOwner } from '../../services/owners/fit-owner.ts';
import { authorise } from '../authorise.ts';
import type { SlackContext } from '../context.ts';
import type { ButtonHandler, CheckResult, Click, Submission, SubmitHandler } from '../interaction.ts';
import { refusalText } from '../refusal.ts';
import { answerModal, noticeModal, REASON_BLOCK, SLUG_BLOCK } from '../views/action-modal.ts';
import { sections } from '../views/blocks.ts';
import {
  CLOSE,
  departureButton,
  ONE_BY_ONE,
  REASSIGN,
  REVOKE_QUIET,
  ROTATE_KNOWN,
  toReassign,
  toRevoke,
  toRotate,
} from '../views/departure.ts';
import {
  DECISION_BLOCK,
  KEYS_BLOCK,
  NEXT_TITLE,
  nextKeyModal,
  PERSON_BLOCK,
  REASSIGN_TITLE,
  REVOKE_TITLE,
  ROTATE_TITLE,
  reassignModal,
  revokeModal,
  revokePhrase,
  rotateModal,
} from '../views/departure-modals.ts';
import { MAX_OPTIONS } from '../views/pick-keys-modals.ts';
import { escaped, mention } from '../views/text.ts';
import { openModal } from './lib/open-modal.ts';
import { readMetadata } from './lib/read-metadata.ts';

const quietMetadata = z.strictObject({ d: z.string().max(64), k: z.array(z.string().max(64)).max(MAX_OPTIONS) });
const keyMetadata = z.strictObject({ d: z.string().max(64), l: z.string().max(64) });

interface Page {
  readonly title: string;
  readonly act: Act;
  readonly build: (card: DepartureCard, setting: { locale: SlackContext['locale']; now: number }) => View;
}

const PAGES: readonly (readonly [string, Page])[] = [
  [REASSIGN, { title: REASSIGN_TITLE, act: 'classify', build: (card, { locale }) => reassignModal(card, locale) }],
  [ONE_BY_ONE, { title: NEXT_TITLE, act: 'offboard', build: nextKeyModal }],
  [ROTATE_KNOWN, { title: ROTATE_TITLE, act: 'rotate', build: (card, { locale }) => rotateModal(card, locale) }],
  [REVOKE_QUIET, { title: REVOKE_TITLE, act: 'revoke', build: revokeModal }],
];

/** The buttons under what somebody leaves behind; each opens a dialog that says what it would do. */
export const departureButtons: readonly ButtonHandler[] = PAGES.map(([id, { title, act, build }]) => ({
  kind: 'button',
  id,
  run(context: SlackContext, click: Click) {
    const page = async () => {
      await authorise(context, { gesture: click, act, lineage: null });
      const card = await cardOf(context, departureButton.decode(click.value).d);
      return build(card, { locale: context.locale, now: context.deps.clock.now() });
    };
    return openModal(context, click, { title, build: page });
  },
}));

export const departureClose: ButtonHandler = {
  kind: 'button',
  id: CLOSE,
  async run(context, click) {
    const actor = await authorise(context, { gesture: click, act: 'offboard', lineage: null });
    await endDeparture(context.deps, { actor, departureId: departureButton.decode(click.value).d });
  },
};

export const departureReassignSubmit: SubmitHandler = {
  kind: 'submit',
  id: REASSIGN,

  async check(_context, { values, choices }: Submission): Promise<CheckResult> {
    if (!values[PERSON_BLOCK]) return { ok: false, errors: { [PERSON_BLOCK]: 'Choose a person.' } };
    return chosen(choices, REASSIGN_TITLE);
  },

  async run(context: SlackContext, submission: Submission): Promise<View> {
    const card = await cardOf(context, departureButton.decode(submission.privateMetadata).d);
    const actor = await authorise(context, { gesture: submission, act: 'classify', lineage: null });
    const toUserId = await newOwner(context, card, submission.values[PERSON_BLOCK]);
    const decision: Decision = { kind: 'reassign', toUserId };
    const rows = card.rows.filter(toReassign);
    const lines = await decideAll(context, submission, { actor, card, rows, decision });
    return resultPage(REASSIGN_TITLE, lines);
  },
};

export const departureRotateSubmit: SubmitHandler = {
  kind: 'submit',
  id: ROTATE_KNOWN,
  check: async (_context, { choices }) => chosen(choices, ROTATE_TITLE),

  async run(context: SlackContext, submission: Submission): Promise<View> {
    const card = await cardOf(context, departureButton.decode(submission.privateMetadata).d);
    const actor = await authorise(context, { gesture: submission, act: 'rotate', lineage: null });
    const rows = card.rows.filter(toRotate);
    return resultPage(
      ROTATE_TITLE,
      await decideAll(context, submission, { actor, card, rows, decision: { kind: 'rotate' } }),
    );
  },
};

/** One key is decided, and the next one comes in its place. */
export const departureNextSubmit: SubmitHandler = {
  kind: 'submit',
  id: ONE_BY_ONE,

  async check(_context, { values, privateMetadata }: Submission): Promise<CheckResult> {
    const { l } = readMetadata(keyMetadata, privateMetadata);
    const person = `${PERSON_BLOCK}:${l}`;
    if (values[`${DECISION_BLOCK}:${l}`] === 'reassign' && !values[person])
      return { ok: false, errors: { [person]: 'Choose who owns it from now on.' } };
    return { ok: true, view: noticeModal(NEXT_TITLE, 'Working…') };
  },

  async run(context: SlackContext, submission: Submission): Promise<View> {
    const { d, l } = readMetadata(keyMetadata, submission.privateMetadata);
    const card = await cardOf(context, d);
    const row = card.rows.find((one) => one.row.lineageId === l);
    const kind = submission.values[`${DECISION_BLOCK}:${l}`];
    const done = await decideOne(context, submission, { card, row, kind }).catch((error: unknown) =>
      refusalText(context.deps.logger, error),
    );
    return nextKeyModal(await cardOf(context, d), { locale: context.locale, now: context.deps.clock.now(), done });
  },
};

export const departureRevokeSubmit: SubmitHandler = {
  kind: 'submit',
  id: REVOKE_QUIET,

  async check(_context, { values, privateMetadata }: Submission): Promise<CheckResult> {
    const phrase = revokePhrase(readMetadata(quietMetadata, privateMetadata).k.length);
    const errors: Record<string, string> = {};
    if (!values[REASON_BLOCK]?.trim()) errors[REASON_BLOCK] = 'Say in a few words why.';
    if (values[SLUG_BLOCK]?.trim() !== phrase) errors[SLUG_BLOCK] = `This has to be exactly ${phrase}.`;
    if (Object.keys(errors).length > 0) return { ok: false, errors };
    return { ok: true, view: noticeModal(REVOKE_TITLE, 'Working…') };
  },

  /** Only what was seen, and is still quiet: what is used by now is left alone. */
  async run(context: SlackContext, submission: Submission): Promise<View> {
    const { d, k } = readMetadata(quietMetadata, submission.privateMetadata);
    const actor = await authorise(context, { gesture: submission, act: 'revoke', lineage: null });
    const rows = (await cardOf(context, d)).rows.filter((one) => toRevoke(one) && k.includes(one.row.lineageId));
    const reason = submission.values[REASON_BLOCK] ?? '';
    const outcomes = await revokeQuiet(context.deps, { actor, rows, reason });
    const lines = outcomes.map(
      ({ slug, problem }) => `*${escaped(slug)}*: ${problem === null ? 'it is being revoked.' : escaped(problem)}`,
    );
    const spared = k.length - rows.length;
    return resultPage(REVOKE_TITLE, [
      ...lines,
      ...(spared > 0 ? [`${spared} of them: used, or seen to, meanwhile; nothing was done.`] : []),
    ]);
  },
};

function chosen(choices: Submission['choices'], title: string): CheckResult {
  if ((choices[KEYS_BLOCK] ?? []).length === 0)
    return { ok: false, errors: { [KEYS_BLOCK]: 'Choose at least one key.' } };
  return { ok: true, view: noticeModal(title, 'Working…') };
}

interface Deciding {
  readonly actor: Actor;
  readonly card: DepartureCard;
  /** What the button is about; of these those that were chosen. */
  readonly rows: readonly DepartureRow[];
  readonly decision: Decision;
}

/** One after the other: what somebody else was faster with does not keep the rest. */
async function decideAll(
  { deps }: SlackContext,
  { choices }: Submission,
  { actor, card, rows, decision }: Deciding,
): Promise<readonly string[]> {
  const wanted = new Set((choices[KEYS_BLOCK] ?? []).slice(0, MAX_OPTIONS));
  const lines: string[] = [];
  for (const { row, summary } of rows.filter((one) => wanted.has(one.row.lineageId))) {
    const input = { actor, departureId: card.departure.id, lineageId: row.lineageId, decision };
    const said = await decideKey(deps, input).then(
      () => doneText(summary.lineage.slug, decision),
      (error: unknown) => refusalText(deps.logger, error),
    );
    lines.push(said);
  }
  return lines;
}

const ACT_OF: Readonly<Record<Decision['kind'], Act>> = { reassign: 'classify', rotate: 'rotate', keep: 'offboard' };

async function decideOne(
  context: SlackContext,
  gesture: Submission,
  { card, row, kind }: { card: DepartureCard; row: DepartureRow | undefined; kind: string | undefined },
): Promise<string> {
  if (row === undefined) throw gone();
  const { lineage } = row.summary;
  const person = gesture.values[`${PERSON_BLOCK}:${lineage.id}`];
  const name = z.enum(['reassign', 'rotate', 'keep']).catch('keep').parse(kind);
  const actor = await authorise(context, { gesture, act: ACT_OF[name], lineage });
  const decision: Decision =
    name === 'reassign' ? { kind: name, toUserId: await newOwner(context, card, person) } : { kind: name };
  await decideKey(context.deps, { actor, departureId: card.departure.id, lineageId: lineage.id, decision });
  return doneText(lineage.slug, decision);
}

function doneText(slug: string, decision: Decision): string {
  const name = `*${escaped(slug)}*`;
  if (decision.kind === 'reassign') return `${name} belongs to ${mention(decision.toUserId)} now.`;
  return decision.kind === 'rotate' ? `${name}: its rotation has begun.` : `${name} stays as it is.`;
}

async function newOwner({ deps }: SlackContext, { departure }: DepartureCard, userId = ''): Promise<string> {
  if (userId === departure.userId) throw refused('Nothing was changed: this is who leaves. Choose somebody else.');
  await refuseUnfitOwner(deps, userId);
  return userId;
}

function resultPage(title: string, lines: readonly string[]): View {
  if (lines.length === 0) return noticeModal(title, 'Nothing was left to do.');
  return answerModal(title, { blocks: sections(lines.map((line) => `• ${line}`)) });
}

async function cardOf({ deps }: SlackContext, departureId: string): Promise<DepartureCard> {
  const card = await describeDeparture(deps, departureId);
  if (card === undefined) throw gone();
  return card;
}

function gone(): AppError {
  return refused(
    'Nothing was done: this is not known any more. `/keys offboard @person` shows what somebody still has.',
  );
}

function refused(publicMessage: string): AppError {
  return new AppError({ code: 'conflict', message: 'a departure that is not known', publicMessage });
}
