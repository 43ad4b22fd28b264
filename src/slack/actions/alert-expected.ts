import { alertName } from '../../domain/alert.ts';
import { HOUR_MS } from '../../domain/time.ts';
import { expectAlert, reopenAlert } from '../../services/alerts/expect-alert.ts';
import { authorise, type Gesture } from '../authorise.ts';
import type { SlackContext } from '../context.ts';
import type { ButtonHandler, CheckResult, Submission, SubmitHandler } from '../interaction.ts';
import { noticeModal, REASON_BLOCK } from '../views/action-modal.ts';
import { EXPECT_MODAL, EXPECT_TITLE, expectedLength, expectModal, LENGTH_BLOCK } from '../views/alert-modals.ts';
import { dayAndTime } from '../views/text.ts';
import { alertMetadata, checkForm } from './alert-snooze.ts';
import { alertAndLineage, alertOfButton, authoriseOn, expectAct } from './lib/alert-gesture.ts';
import { openModal } from './lib/open-modal.ts';
import { readMetadata } from './lib/read-metadata.ts';

/** `This was us…` */
export const alertExpected: ButtonHandler = {
  kind: 'button',
  id: 'alert_expected',
  choice: 'ours',
  run(context, click) {
    const build = async () => {
      const { alert, lineage } = await alertOfButton(context, click.value);
      await authorise(context, { gesture: click, act: expectAct(alert), lineage });
      if (alert.state === 'resolved') {
        return noticeModal(EXPECT_TITLE, `Nothing to do: ${alertName(alert)} is over already.`);
      }
      return expectModal({ alert, lineage }, context.locale);
    };
    return openModal(context, click, { title: EXPECT_TITLE, build });
  },
};

/** The modal behind it, sent off. */
export const alertExpectedSubmit: SubmitHandler = {
  kind: 'submit',
  id: EXPECT_MODAL,

  check(_context: SlackContext, submission: Submission): Promise<CheckResult> {
    return Promise.resolve(checkForm(submission, EXPECT_TITLE, lengthOf(submission)));
  },

  async run(context: SlackContext, submission: Submission) {
    const { alertId } = readMetadata(alertMetadata, submission.privateMetadata);
    const reason = submission.values[REASON_BLOCK] ?? '';
    const alert = await expect(context, submission, { alertId, reason, lengthMs: lengthOf(submission) ?? 0 });
    const until = dayAndTime(alert.expected?.until ?? context.deps.clock.now(), context.locale);
    return noticeModal(
      EXPECT_TITLE,
      `*${alertName(alert)} is closed as expected.* About as much may go on until ${until}.`,
    );
  },
};

/** `Confirm it was us`, below what an owner answered. */
export const alertConfirm: ButtonHandler = {
  kind: 'button',
  id: 'alert_confirm',
  async run(context, click) {
    const { alert } = await alertOfButton(context, click.value);
    const reason = 'the owner says that it was them, and this is confirmed';
    await expect(context, click, { alertId: alert.id, reason, lengthMs: HOUR_MS, act: 'expect_critical' });
  },
};

/** `It was not us after all` */
export const alertNotExpected: ButtonHandler = {
  kind: 'button',
  id: 'alert_not_expected',
  choice: 'notours',
  async run(context, click) {
    const { alert, lineage } = await alertOfButton(context, click.value);
    const actor = await authorise(context, { gesture: click, act: 'expect_critical', lineage });
    await reopenAlert(context.deps, { actor, alertId: alert.id });
  },
};

interface Said {
  readonly alertId: string;
  readonly reason: string;
  readonly lengthMs: number;
  readonly act?: 'expect_critical';
}

async function expect(context: SlackContext, gesture: Gesture, said: Said) {
  const { alert } = await alertAndLineage(context, said.alertId);
  const act = said.act ?? expectAct(alert);
  const { actor } = await authoriseOn(context, { gesture, act, alertId: said.alertId });
  return expectAlert(context.deps, { ...said, actor, mayCritical: act === 'expect_critical' });
}

function lengthOf({ values }: Submission): number | null {
  return expectedLength(values[LENGTH_BLOCK] ?? '');
}
