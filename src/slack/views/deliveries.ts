import { formatLength, MINUTE_MS, plural } from '../../domain/time.ts';
import type { ChannelTroubleStatus } from '../../services/delivery/channel-trouble.ts';
import type { OutletStatus } from '../../services/status/read-deliveries.ts';
import type { Status } from '../../services/status/read-status.ts';
import { channelText, dayAndTime, escaped, type Locale, mention } from './text.ts';

// Shorter waits are Slack's own pace.
const WAITING_WORTH_MS = 2 * MINUTE_MS;

/** What `/keys status` says of the ways out: channels that refuse, webhooks, the heartbeat. */
export function deliveryLines({ now, outbox, deliveries }: Status, locale: Locale): readonly string[] {
  const { troubles, outlets, waitingSince } = deliveries;
  const isSlow = waitingSince !== null && now - waitingSince >= WAITING_WORTH_MS;
  return [
    ...troubles.map((trouble) => troubleLine(trouble, locale)),
    ...(isSlow
      ? [`• ${plural(outbox.waiting, 'message')} waiting, the oldest for ${formatLength(now - waitingSince)}`]
      : []),
    ...outlets.map((outlet) => outletLine(outlet, now, locale)),
  ];
}

/** The same in a few words, for the verdict. */
export function deliveryTroubles({ deliveries: { troubles, outlets } }: Status): readonly string[] {
  const failing = outlets.filter(({ failingSince }) => failingSince !== null);
  return [
    ...troubles.map(({ channel }) => `${channelText(channel)} cannot be posted to`),
    ...failing.map(({ title }) => `${escaped(title)} fails`),
  ];
}

function troubleLine({ channel, problem, sinceAt, toldUserIds }: ChannelTroubleStatus, locale: Locale): string {
  const told =
    toldUserIds.length === 0
      ? 'Nobody could be told directly.'
      : `Its messages go directly to ${toldUserIds.map(mention).join(', ')} meanwhile.`;
  return `• :warning: *${channelText(channel)}* cannot be posted to since ${dayAndTime(sinceAt, locale)}: ${escaped(problem)} ${told} It is tried again every 5 minutes.`;
}

function outletLine({ title, host, sentAt, failingSince, problem }: OutletStatus, now: number, locale: Locale): string {
  const name = `• *${escaped(title)}* (${escaped(host)})`;
  if (failingSince !== null) {
    return `${name}: :warning: fails since ${dayAndTime(failingSince, locale)}: ${escaped(problem ?? 'unknown')}`;
  }
  if (sentAt === null) return `${name}: nothing sent yet`;
  return `${name}: last sent ${now - sentAt < MINUTE_MS ? 'just now' : `${formatLength(now - sentAt)} ago`}`;
}
