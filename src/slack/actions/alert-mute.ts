import type { View } from '@slack/types';
import { AppError } from '../../domain/errors.ts';
import { isMutableRule } from '../../domain/hold.ts';
import { muteRule } from '../../services/noise/holds.ts';
import { describeHold, ruleTitle } from '../../services/noise/read-holds.ts';
import { muteAct } from '../../services/noise/rules.ts';
import { authorise } from '../authorise.ts';
import type { SlackContext } from '../context.ts';
import type { ButtonHandler, CheckResult, Submission, SubmitHandler } from '../interaction.ts';
import { noticeModal, REASON_BLOCK } from '../views/action-modal.ts';
import { LENGTH_BLOCK } from '../views/alert-modals.ts';
import { mutedLines } from '../views/hold.ts';
import { MUTE_MODAL, MUTE_TITLE, muteLength, muteModal, RULE_BLOCK } from '../views/mute-modal.ts';
import { alertMetadata, checkForm } from './alert-snooze.ts';
import { alertAndLineage, alertOfButton } from './lib/alert-gesture.ts';
import { openModal } from './lib/open-modal.ts';
import { readMetadata } from './lib/read-metadata.ts';

/** `Mute this rule…` */
export const alertMute: ButtonHandler = {
  kind: 'button',
  id: 'alert_mute',
  choice: 'mute',
  run(context, click) {
    const build = async () => {
      const { alert, lineage } = await alertOfButton(context, click.value);
      await authorise(context, { gesture: click, act: muteAct(lineage), lineage });
      const rules = mutableRules(context, alert.detectorIds);
      if (rules.length === 0 || alert.testOf !== null) {
        return noticeModal(MUTE_TITLE, 'What this alert tells of cannot be muted.');
      }
      return muteModal({ alertId: alert.id, slug: lineage.slug, rules });
    };
    return openModal(context, click, { title: MUTE_TITLE, build });
  },
};

/** The modal behind it, sent off. */
export const alertMuteSubmit: SubmitHandler = {
  kind: 'submit',
  id: MUTE_MODAL,

  check(_context: SlackContext, submission: Submission): Promise<CheckResult> {
    return Promise.resolve(checkForm(submission, MUTE_TITLE, lengthOf(submission)));
  },

  async run(context: SlackContext, submission: Submission): Promise<View> {
    const { deps, locale } = context;
    const { alertId } = readMetadata(alertMetadata, submission.privateMetadata);
    const { alert, lineage } = await alertAndLineage(context, alertId);
    const actor = await authorise(context, { gesture: submission, act: muteAct(lineage), lineage });
    const ruleId = submission.values[RULE_BLOCK] ?? '';
    if (!mutableRules(context, alert.detectorIds).some(({ id }) => id === ruleId)) throw notOffered(ruleId);
    const untilAt = deps.clock.now() + (lengthOf(submission) ?? 0);
    const reason = submission.values[REASON_BLOCK] ?? '';
    const hold = await muteRule(deps, { actor, lineageId: lineage.id, ruleId, untilAt, reason });
    return noticeModal(MUTE_TITLE, mutedLines(await describeHold(deps, hold), locale).join('\n'));
  },
};

/** Those that are rules: what tests and proofs find is none. */
function mutableRules({ deps }: SlackContext, ids: readonly string[]) {
  return deps.detectors
    .filter(({ id }) => ids.includes(id) && isMutableRule(id))
    .map(({ id }) => ({ id, title: ruleTitle(deps, id) }));
}

function lengthOf({ values }: Submission): number | null {
  return muteLength(values[LENGTH_BLOCK] ?? '');
}

function notOffered(ruleId: string): AppError {
  return new AppError({
    code: 'invalid_input',
    message: `rule ${ruleId} was not offered`,
    publicMessage: 'Nothing was changed: choose one of the rules that this alert tells of.',
  });
}
