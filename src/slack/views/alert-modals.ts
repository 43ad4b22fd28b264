import type { InputBlock, PlainTextOption, SectionBlock, View } from '@slack/types';
import { alertName } from '../../domain/alert.ts';
import { nextAtHour } from '../../domain/clock-time.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../domain/time.ts';
import type { AlertCard } from '../../services/alerts/describe-alert.ts';
import { encodeButton } from '../button-value.ts';
import { INPUT, plain, reasonInput } from './action-modal.ts';
import { button, section } from './blocks.ts';
import { dateText, escaped, type Locale, mrkdwnSentence } from './text.ts';

export const SNOOZE_MODAL = 'alert_snooze';
export const SNOOZE_TITLE = 'Snooze';
export const EXPECT_MODAL = 'alert_expected';
export const EXPECT_TITLE = 'This was us';
export const LENGTH_BLOCK = 'length';
const MORNING = 9;

type Card = Pick<AlertCard, 'alert' | 'lineage'>;

const SNOOZES = { '30m': 30 * MINUTE_MS, '2h': 2 * HOUR_MS, '24h': DAY_MS } as const;
export const EXPECTED_LENGTHS = { over: 0, '1h': HOUR_MS, '4h': 4 * HOUR_MS, '24h': DAY_MS } as const;

/** The end of the snooze that was chosen; null for what we never offered. */
export function snoozeEnd(choice: string, now: number, { timezone }: Pick<Locale, 'timezone'>): number | null {
  if (choice === 'morning') return nextAtHour(MORNING, now, timezone);
  return Object.hasOwn(SNOOZES, choice) ? now + SNOOZES[choice as keyof typeof SNOOZES] : null;
}

/** How much longer it is expected; null for what we never offered. */
export function expectedLength(choice: string): number | null {
  return Object.hasOwn(EXPECTED_LENGTHS, choice) ? EXPECTED_LENGTHS[choice as keyof typeof EXPECTED_LENGTHS] : null;
}

/** Says what a snooze does not stop, and asks how long and why. */
export function snoozeModal({ alert, lineage }: Card, now: number, locale: Locale): View {
  const morning = nextAtHour(MORNING, now, locale.timezone);
  const day = dateText(morning, locale.timezone) === dateText(now, locale.timezone) ? 'today' : 'tomorrow';
  const what = alert.testOf === null ? escaped(lineage.slug) : 'the test';
  return formModal({ callbackId: SNOOZE_MODAL, title: SNOOZE_TITLE, alertId: alert.id }, [
    section(
      `*Snooze ${what}* (${alertName(alert)})\nNobody is called because nobody acknowledges until then. If it gets worse, the snooze ends; each doubling of the loss is told all the same. It does not stop the key.`,
    ),
    lengthInput('For how long?', [
      ['30m', '30 minutes'],
      ['2h', '2 hours'],
      ['morning', `Until 09:00 ${day} (${locale.timezone})`],
      ['24h', '24 hours'],
    ]),
    reasonInput('waiting for the owner to wake up'),
    ...(alert.testOf === null ? [muteInstead(alert)] : []),
  ]);
}

/** A rule that is wrong about a key for long is no matter of half an hour. */
function muteInstead({ id, keyId }: Card['alert']): SectionBlock {
  const value = encodeButton({ alertId: id, keyId: keyId ?? '', generation: 0 });
  const mute = { actionId: 'alert_mute', label: 'Mute this rule…', value };
  return {
    ...section('Is it a rule that does not fit this key? Muted, it tells of it no more for days.'),
    accessory: button(mute),
  };
}

/** Says what it means, and asks why and how long it goes on. */
export function expectModal({ alert, lineage }: Card, locale: Locale): View {
  const doing = mrkdwnSentence(alert.headline, locale);
  return formModal({ callbackId: EXPECT_MODAL, title: EXPECT_TITLE, alertId: alert.id }, [
    section(
      `*${escaped(lineage.slug)} is ${doing}* (${alertName(alert)})\nThis closes the alert and counts the episode as normal for the key. About as much may go on until the end that you name; twice as much, or something worse, opens it again.`,
    ),
    lengthInput('How much longer is it expected?', [
      ['over', 'It is over'],
      ['1h', '1 hour'],
      ['4h', '4 hours'],
      ['24h', '24 hours'],
    ]),
    reasonInput('our load test, ends at noon'),
  ]);
}

interface Form {
  readonly callbackId: string;
  readonly title: string;
  readonly alertId: string;
}

function formModal({ callbackId, title, alertId }: Form, blocks: View['blocks']): View {
  return {
    type: 'modal',
    callback_id: callbackId,
    title: plain(title),
    submit: plain(title),
    close: plain('Cancel'),
    private_metadata: JSON.stringify({ alertId }),
    blocks,
  };
}

function lengthInput(label: string, choices: readonly (readonly [value: string, label: string])[]): InputBlock {
  const options: PlainTextOption[] = choices.map(([value, text]) => ({ text: plain(text), value }));
  const [first] = options;
  return {
    type: 'input',
    block_id: LENGTH_BLOCK,
    label: plain(label),
    element: { type: 'radio_buttons', action_id: INPUT, options, ...(first ? { initial_option: first } : {}) },
  };
}
