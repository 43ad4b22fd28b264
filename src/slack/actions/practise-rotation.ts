import type { View } from '@slack/types';
import { mayAct } from '../../domain/authorise.ts';
import { confirmedOwnerOf, countsAsProduction } from '../../domain/key.ts';
import { type KeySummary, listAllKeys } from '../../services/inventory/list-keys.ts';
import { standingOf } from '../authorise.ts';
import type { Gesture, SlackContext } from '../context.ts';
import type { ButtonHandler, CheckResult, Submission, SubmitHandler } from '../interaction.ts';
import { noticeModal } from '../views/action-modal.ts';
import { KEYS_BLOCK, PRACTISE, PRACTISE_TITLE, practiseModal } from '../views/pick-keys-modals.ts';
import { openModal } from './lib/open-modal.ts';
import { rotatePage } from './rotate-key.ts';

/** `Practise a rotation…` of the Home tab: asks for the key, and goes on as `Rotate…` does. */
export const practiseRotation: ButtonHandler = {
  kind: 'button',
  id: PRACTISE,
  run(context, click) {
    const build = async () => practiseModal(await rotatableKeys(context, click), context.locale);
    return openModal(context, click, { title: PRACTISE_TITLE, build });
  },
};

export const practiseRotationSubmit: SubmitHandler = {
  kind: 'submit',
  id: PRACTISE,
  async check(_context: SlackContext, { values }: Submission): Promise<CheckResult> {
    if (!values[KEYS_BLOCK]) return { ok: false, errors: { [KEYS_BLOCK]: 'Choose a key.' } };
    return { ok: true, view: noticeModal(PRACTISE_TITLE, 'Looking it up…') };
  },
  async run(context: SlackContext, submission: Submission): Promise<View> {
    // Who may not look learns not even which keys there are.
    await standingOf(context, submission);
    return rotatePage(context, submission, { keyId: submission.values[KEYS_BLOCK] ?? '', alertId: null });
  },
};

/** Those that do the least harm first. */
export async function rotatableKeys(context: SlackContext, gesture: Gesture): Promise<readonly KeySummary[]> {
  const { roles } = await standingOf(context, gesture);
  const rotatesAll = mayAct(roles, 'rotate');
  const isOwn = ({ lineage }: KeySummary) => confirmedOwnerOf(lineage) === gesture.userId;
  const weight = (summary: KeySummary) =>
    (countsAsProduction(summary.lineage.environment) ? 2 : 0) + (isOwn(summary) ? 0 : 1);
  return (await listAllKeys(context.deps))
    .filter((summary) => summary.key.kind === 'inference' && summary.key.status === 'active')
    .filter((summary) => rotatesAll || isOwn(summary))
    .sort((a, b) => weight(a) - weight(b) || a.last30dMicroUsd - b.last30dMicroUsd);
}
