import { z } from 'zod';
import { alertName } from '../../domain/alert.ts';
import { snoozeAlert } from '../../services/alerts/snooze-alert.ts';
import { authorise } from '../authorise.ts';
import type { SlackContext } from '../context.ts';
import type { ButtonHandler, CheckResult, Submission, SubmitHandler } from '../interaction.ts';
import { noticeModal, REASON_BLOCK } from '../views/action-modal.ts';
import { LENGTH_BLOCK, SNOOZE_MODAL, SNOOZE_TITLE, snoozeEnd, snoozeModal } from '../views/alert-modals.ts';
import { dayAndTime } from '../views/text.ts';
import { alertOfButton, authoriseOn } from './lib/alert-gesture.ts';
import { openModal } from './lib/open-modal.ts';
import { readMetadata } from './lib/read-metadata.ts';

export const alertMetadata = z.object({ alertId: z.string().max(64) });

/** `Snooze…` */
export const alertSnooze: ButtonHandler = {
  kind: 'button',
  id: 'alert_snooze',
  choice: 'snooze',
  run(context, click) {
    const build = async () => {
      const { alert, lineage } = await alertOfButton(context, click.value);
      await authorise(context, { gesture: click, act: 'snooze', lineage });
      if (alert.state !== 'open' && alert.state !== 'acknowledged') {
        return noticeModal(SNOOZE_TITLE, `Nothing to snooze: ${alertName(alert)} is ${alert.state}.`);
      }
      return snoozeModal({ alert, lineage }, context.deps.clock.now(), context.locale);
    };
    return openModal(context, click, { title: SNOOZE_TITLE, build });
  },
};

/** The modal behind it, sent off. */
export const alertSnoozeSubmit: SubmitHandler = {
  kind: 'submit',
  id: SNOOZE_MODAL,

  check(context: SlackContext, submission: Submission): Promise<CheckResult> {
    return Promise.resolve(checkForm(submission, SNOOZE_TITLE, untilOf(context, submission)));
  },

  async run(context: SlackContext, submission: Submission) {
    const { alertId } = readMetadata(alertMetadata, submission.privateMetadata);
    const { actor } = await authoriseOn(context, { gesture: submission, act: 'snooze', alertId });
    const until = untilOf(context, submission) ?? 0;
    const reason = submission.values[REASON_BLOCK] ?? '';
    const alert = await snoozeAlert(context.deps, { actor, alertId, until, reason });
    return noticeModal(SNOOZE_TITLE, `*${alertName(alert)} is snoozed until ${dayAndTime(until, context.locale)}.*`);
  },
};

function untilOf({ deps, locale }: SlackContext, { values }: Submission): number | null {
  return snoozeEnd(values[LENGTH_BLOCK] ?? '', deps.clock.now(), locale);
}

/** What both modals about an alert ask: a length that we offered, and a reason. */
export function checkForm({ values }: Submission, title: string, length: number | null): CheckResult {
  const errors: Record<string, string> = {};
  if (length === null) errors[LENGTH_BLOCK] = 'Choose one of these.';
  if (!values[REASON_BLOCK]?.trim()) errors[REASON_BLOCK] = 'Say in a few words why.';
  return Object.keys(errors).length > 0 ? { ok: false, errors } : { ok: true, view: noticeModal(title, 'Working…') };
}
