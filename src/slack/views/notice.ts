import type { KnownBlock } from '@slack/types';
import { formatLength, HOUR_MS, MINUTE_MS, plural } from '../../domain/time.ts';
import type {
  BlindCard,
  ConnectionName,
  DowntimeCard,
  FindingCard,
  NoticeCard,
} from '../../services/notices/describe-notice.ts';
import { backtestWords } from './backtest.ts';
import { actions, context, type Rendered, section, TEXT_MAX, type Words } from './blocks.ts';
import { claimWords } from './claim.ts';
import { driftWords } from './drift.ts';
import { grantWords } from './grant.ts';
import { unclaimedWords } from './owner-ask.ts';
import { audienceWords, breakGlassWords } from './safety-notices.ts';
import { capped, dayAndTime, escaped, instant, type Locale, mrkdwnSentence } from './text.ts';
import { unpricedWords } from './unpriced.ts';
import { missingScopeWords, welcomeWords } from './welcome.ts';

// A longer one may span two nights: its end needs a day as well.
const SHORT_MS = 12 * HOUR_MS;

/** The one message of a notice, as it should look now. */
export function noticeView(card: NoticeCard, locale: Locale): Rendered {
  const { verdict, lines, footer, buttons = [] } = wordsOf(card, locale);
  const blocks: KnownBlock[] = [section([`*${verdict}*`, ...lines].join('\n'))];
  if (buttons.length > 0) blocks.push(actions('notice', buttons));
  if (footer !== null) blocks.push(context(footer));
  const text = [verdict, ...lines, ...(footer === null ? [] : [footer])].join('\n');
  return { text: capped(text, TEXT_MAX), blocks };
}

function wordsOf(card: NoticeCard, locale: Locale): Words {
  switch (card.kind) {
    case 'blind':
      return blindness(card, locale);
    case 'downtime':
      return downtime(card, locale);
    case 'unpriced':
      return unpricedWords(card, locale);
    case 'drift':
      return driftWords(card, nameOf(card.connection), locale);
    case 'break_glass':
      return breakGlassWords(card, locale);
    case 'audience':
      return audienceWords(card);
    case 'claim':
      return claimWords(card);
    case 'unclaimed':
      return unclaimedWords(card, locale);
    case 'grant':
      return grantWords(card.detail, locale);
    case 'welcome':
      return welcomeWords(card, locale);
    case 'missing_scope':
      return missingScopeWords(card);
    case 'finding':
      return findingWords(card, locale);
    case 'backtest':
      return backtestWords(card);
  }
}

function findingWords({ connection, detail }: FindingCard, locale: Locale): Words {
  const { headline, reason } = detail;
  return {
    verdict: `${mrkdwnSentence(headline, locale)}.`,
    lines: [mrkdwnSentence(reason, locale)],
    footer: nameOf(connection),
  };
}

/** The line under a notice that calls the responders. */
export function noticeCallView(card: NoticeCard): Rendered {
  const text =
    card.kind === 'blind'
      ? 'This lasts: nobody is warned of a leak meanwhile. Watch the provider’s console until it is readable again.'
      : 'Somebody has to look at this now.';
  return { text, blocks: [section(text)] };
}

function blindness(card: BlindCard, locale: Locale): Words {
  const { detail, closedAt } = card;
  if (closedAt === null) return blind(card, locale);
  const length = `blind ${span(detail.failingSince, closedAt, locale)}`;
  if (detail.readable) {
    const caughtUp =
      detail.reading === 'usage'
        ? 'What was spent meanwhile has been read; what still spends too much is alerted now.'
        : 'Keys that came, changed or went meanwhile are in the list.';
    return { verdict: `${subject(card)} is readable again, ${length}, caught up.`, lines: [caughtUp], footer: null };
  }
  const verdict = `${subject(card)} is no longer watched: the connection is not configured any more.`;
  return { verdict, lines: [`It was ${length} and was not read again.`], footer: null };
}

function blind(card: BlindCard, locale: Locale): Words {
  const { detail, everyMs, keys } = card;
  const { reading, failingSince, lastReadAt } = detail;
  const verdict = `:warning: ${subject(card)} cannot be read since ${dayAndTime(failingSince, locale)}.`;
  const unwatched =
    reading === 'usage'
      ? `Not watched meanwhile: what ${keysText(keys)} ${keys === 1 ? 'spends' : 'spend'} there. Nobody is warned of a leak until it is back; look into the provider’s console.`
      : `Not seen meanwhile: keys that are made, changed or deleted there. The spend of ${keysText(keys)} that we know is read apart from this.`;
  const every = everyMs === MINUTE_MS ? 'minute' : formatLength(everyMs);
  const again = `It is tried again every ${every}, and what was missed is made up for.`;
  const last = lastReadAt === null ? 'never read before' : `last complete read ${dayAndTime(lastReadAt, locale)}`;
  return { verdict, lines: [`Why: ${escaped(detail.problem)}`, unwatched, again], footer: last };
}

function subject({ connection, detail }: BlindCard): string {
  return `${detail.reading === 'usage' ? 'Usage' : 'The key list'} of ${nameOf(connection)}`;
}

function downtime({ detail, alerts, unreadable }: DowntimeCard, locale: Locale): Words {
  const found = alerts.length === 0 ? 'nothing found' : plural(alerts.length, 'finding');
  const caughtUp = unreadable.length === 0 ? 'caught up' : 'caught up only in part';
  return {
    verdict: `I was down ${span(detail.from, detail.to, locale)}, ${caughtUp}, ${found}.`,
    lines: [
      ...(alerts.length === 0 ? [] : [`See ${alerts.join(', ')}.`]),
      ...unreadable.map(
        (one) => `:warning: ${nameOf(one)} still cannot be read: ${escaped(one.problem)} Trying goes on.`,
      ),
    ],
    footer: null,
  };
}

/** Where no list was ever read there is no number to tell. */
function keysText(keys: number): string {
  return keys === 0 ? 'all keys' : keys === 1 ? 'the 1 key' : `the ${plural(keys, 'key')}`;
}

function nameOf({ title, connectionId }: ConnectionName): string {
  return title === connectionId ? escaped(title) : `${escaped(title)} (${escaped(connectionId)})`;
}

function span(from: number, to: number, locale: Locale): string {
  const end = to - from < SHORT_MS ? instant(to, locale) : dayAndTime(to, locale);
  return `${dayAndTime(from, locale)}–${end}`;
}
