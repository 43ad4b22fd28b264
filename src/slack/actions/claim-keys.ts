import type { View } from '@slack/types';
import { AppError } from '../../domain/errors.ts';
import { isUnowned, type Lineage } from '../../domain/key.ts';
import { type KeySummary, listAllKeys } from '../../services/inventory/list-keys.ts';
import { allows, requireViewer } from '../authorise.ts';
import { claimFor } from '../commands/claim.ts';
import type { SlackContext } from '../context.ts';
import type { ButtonHandler, CheckResult, Submission, SubmitHandler } from '../interaction.ts';
import { refusalText } from '../refusal.ts';
import { answerModal, noticeModal } from '../views/action-modal.ts';
import { sections } from '../views/blocks.ts';
import { CLAIM_KEYS, CLAIM_KEYS_TITLE, claimKeysModal, KEYS_BLOCK, MAX_OPTIONS } from '../views/pick-keys-modals.ts';
import { openModal } from './lib/open-modal.ts';

/** `Claim keys…` of the Home tab and of the first message. */
export const claimKeys: ButtonHandler = {
  kind: 'button',
  id: CLAIM_KEYS,
  run(context, click) {
    const build = async () => {
      await requireViewer(context, click);
      const isLastWord = await allows(context, { gesture: click, act: 'classify', lineage: null });
      return claimKeysModal(await unownedKeys(context), isLastWord, context.locale);
    };
    return openModal(context, click, { title: CLAIM_KEYS_TITLE, build });
  },
};

export const claimKeysSubmit: SubmitHandler = {
  kind: 'submit',
  id: CLAIM_KEYS,
  async check(_context: SlackContext, { choices }: Submission): Promise<CheckResult> {
    if ((choices[KEYS_BLOCK] ?? []).length === 0)
      return { ok: false, errors: { [KEYS_BLOCK]: 'Choose at least one key.' } };
    return { ok: true, view: noticeModal(CLAIM_KEYS_TITLE, 'Working…') };
  },

  /** One after the other: what somebody else was faster with does not keep the rest. */
  async run(context: SlackContext, submission: Submission): Promise<View> {
    await requireViewer(context, submission);
    const wanted = [...new Set(submission.choices[KEYS_BLOCK])].slice(0, MAX_OPTIONS);
    if (wanted.length === 0) return noticeModal(CLAIM_KEYS_TITLE, 'Nothing was chosen.');
    const seen = new Map((await listAllKeys(context.deps)).map((summary) => [summary.lineage.id, summary]));
    const lines: string[] = [];
    for (const lineageId of wanted) lines.push(await claimOne(context, submission, seen.get(lineageId)));
    return answerModal(CLAIM_KEYS_TITLE, { blocks: sections(lines.map((line) => `• ${line}`)) });
  },
};

async function claimOne(
  context: SlackContext,
  submission: Submission,
  summary: KeySummary | undefined,
): Promise<string> {
  try {
    if (summary === undefined) throw gone();
    const { lineage } = summary;
    if (!isUnowned(lineage) && lineage.ownerSlackId !== submission.userId) throw taken(lineage);
    return (await claimFor(context, submission, { lineage, revision: lineage.revision })).text;
  } catch (error) {
    return refusalText(context.deps.logger, error);
  }
}

/** One per lineage, the dearest first: those matter most. */
async function unownedKeys({ deps }: SlackContext): Promise<readonly KeySummary[]> {
  const unowned = (await listAllKeys(deps)).filter(({ key, lineage }) => isUnowned(lineage) && key.status !== 'gone');
  const dearest = unowned.sort((a, b) => b.last30dMicroUsd - a.last30dMicroUsd);
  return [...new Map(dearest.toReversed().map((summary) => [summary.lineage.id, summary])).values()].reverse();
}

/** The dialog offered what nobody owned when it was opened. */
function taken({ slug, ownerStanding }: Lineage): AppError {
  const why = ownerStanding === 'claimed' ? 'somebody else has claimed it meanwhile' : 'it has an owner by now';
  return new AppError({
    code: 'conflict',
    message: `${slug} is somebody else's`,
    publicMessage: `${slug} was not claimed: ${why}. \`/keys show ${slug}\` says who.`,
  });
}

function gone(): AppError {
  return new AppError({
    code: 'not_found',
    message: 'a chosen lineage is gone',
    publicMessage: 'A key that you chose is not in the inventory any more.',
  });
}
