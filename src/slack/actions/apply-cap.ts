import type { View } from '@slack/types';
import { z } from 'zod';
import { AppError } from '../../domain/errors.ts';
import { capWords, parseCap } from '../../domain/limits.ts';
import { ownCapOf } from '../../domain/own-cap.ts';
import { describeRaise } from '../../services/grants/describe-raise.ts';
import { changeLineage } from '../../services/inventory/change-lineage.ts';
import { readCapRow } from '../../services/limits/read-cap-rows.ts';
import { authorise, type Gesture } from '../authorise.ts';
import { type ButtonValue, decodeButton } from '../button-value.ts';
import type { SlackContext } from '../context.ts';
import type { ButtonHandler, CheckResult, Submission, SubmitHandler } from '../interaction.ts';
import { noticeModal } from '../views/action-modal.ts';
import { APPLY_CAP, APPLY_TITLE, ownCapModal } from '../views/cap-list.ts';
import { proposalText } from '../views/cap-words.ts';
import { AMOUNT_BLOCK } from '../views/limit-modals.ts';
import { escaped } from '../views/text.ts';
import { capPage } from './change-cap.ts';
import { keyAndLineage } from './key-action-buttons.ts';
import { actToSetCap } from './lib/act-to-set-cap.ts';
import { openModal } from './lib/open-modal.ts';
import { placeOf } from './lib/place.ts';
import { readMetadata } from './lib/read-metadata.ts';

const metadata = z.object({ keyId: z.string(), revision: z.number().int() });

/** `Apply…`: the provider's cap where it can be set from here, with whom else it hits; else the key's own. */
export const applyCap: ButtonHandler = {
  kind: 'button',
  id: APPLY_CAP,
  run(context, click) {
    const button = decodeButton(click.value);
    return openModal(context, click, { title: APPLY_TITLE, build: () => applyPage(context, click, button) });
  },
};

/** The modal of the own cap, sent off. */
export const applyOwnCapSubmit: SubmitHandler = {
  kind: 'submit',
  id: APPLY_CAP,

  async check({ deps }: SlackContext, { values }: Submission): Promise<CheckResult> {
    const cap = parseCap(values[AMOUNT_BLOCK] ?? '', deps.policy.currency);
    if (!cap.ok) return { ok: false, errors: { [AMOUNT_BLOCK]: cap.fault } };
    return { ok: true, view: noticeModal(APPLY_TITLE, 'Saving…') };
  },

  async run(context: SlackContext, submission: Submission): Promise<View> {
    const { deps } = context;
    const { keyId, revision } = readMetadata(metadata, submission.privateMetadata);
    const { key, lineage } = await keyAndLineage(context, keyId);
    const cap = parseCap(submission.values[AMOUNT_BLOCK] ?? '', deps.policy.currency);
    if (!cap.ok) throw new AppError({ code: 'invalid_input', message: cap.fault, publicMessage: cap.fault });
    const caps = { from: ownCapOf(lineage, deps.policy).microUsd, to: cap.monthlyMicroUsd };
    const { own } = await describeRaise(deps, key, lineage);
    const act = actToSetCap(caps, own.boundMicroUsd, 'classify');
    const actor = await authorise(context, { gesture: submission, act, lineage });
    const change = { capMicroUsd: caps.to, capSource: 'slack' } as const;
    await changeLineage(deps, { actor, lineageId: lineage.id, revision, change });
    const slug = escaped(lineage.slug);
    return noticeModal(
      APPLY_TITLE,
      `*The own cap of ${slug} is ${capWords(caps.to)} now*; it was ${capWords(caps.from)}. \`/keys cap ${slug}\` shows it.`,
    );
  },
};

async function applyPage(context: SlackContext, gesture: Gesture, button: ButtonValue): Promise<View> {
  const { deps, locale } = context;
  const { key, lineage } = await keyAndLineage(context, button.keyId);
  const row = await readCapRow(deps, { key, lineage });
  const { proposal, target } = row;
  if (target === 'provider') {
    const proposed = { microUsd: proposal.monthlyMicroUsd, words: proposalText(proposal, locale) };
    return capPage(context, gesture, { ...button, proposed });
  }
  await authorise(context, { gesture, act: 'classify', lineage });
  return ownCapModal({ row, where: await placeOf(deps, key), buttonValue: button }, locale);
}
