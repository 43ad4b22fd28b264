import { dateFormat } from '../../domain/formats.ts';
import type { Rotation } from '../../domain/rotation.ts';
import { type BurnDown, sparkline } from '../../domain/rotation-burndown.ts';
import type { Quiet } from '../../domain/rotation-quiet.ts';
import { DAY_MS, formatLength, HOUR_MS, plural } from '../../domain/time.ts';
import type { RotationCard } from '../../services/rotation/describe-rotation.ts';
import { type Caller, callersSince, type Verification } from '../../services/rotation/read-verification.ts';
import { type Rendered, section, sections, TEXT_MAX } from './blocks.ts';
import { actorMention, capped, dayAndTime, escaped, foreign, instant, type Locale } from './text.ts';

const MOST_CALLERS = 5;
const AROUND_THE_CLOCK = 20;

/** The one message of what both keys do: edited in place, in whole hours. */
export function trafficView(card: RotationCard, seen: Verification, locale: Locale): Rendered {
  const { lineage, scopeName } = card;
  const where = scopeName === null ? '' : ` in ${foreign(scopeName, 60)}`;
  const lines = [
    `*Traffic of ${escaped(lineage.slug)}*${where}, ${chartTitle(seen)}`,
    ...chartLines(seen.burnDown),
    newKeyLine(seen, locale),
    ...quietLines(seen, locale),
  ];
  return { text: capped(lines.join('\n'), TEXT_MAX), blocks: sections(lines) };
}

export function chartTitle({ burnDown: { unit, hours } }: Verification): string {
  return `${unit}s in each of the last ${hours.length} hours`;
}

/** Both keys, hour by hour, in one measure. */
export function chartLines({ unit, hours }: BurnDown): readonly string[] {
  const highest = Math.max(1, ...hours.flatMap(({ old, fresh }) => [old, fresh]));
  const line = (name: string, counts: readonly number[]) => {
    const total = counts.reduce((sum, count) => sum + count, 0);
    return `\`${name} ${sparkline(counts, highest)}\` ${plural(total, unit)}, ${plural(counts.at(-1) ?? 0, unit)} in the last`;
  };
  return [
    line(
      'old',
      hours.map(({ old }) => old),
    ),
    line(
      'new',
      hours.map(({ fresh }) => fresh),
    ),
  ];
}

function newKeyLine({ newKey }: Verification, locale: Locale): string {
  if (newKey === null) return 'Which key is the new one is not known yet.';
  if (newKey.firstSeenAt === null) return 'The new key has shown no traffic yet.';
  const models = newKey.models.map((model) => foreign(model, 40)).join(', ');
  return `The new key was first seen ${dayAndTime(newKey.firstSeenAt, locale)}, with ${models}.`;
}

/** How quiet the old key is, who still calls, and what may come however quiet it is. */
export function quietLines({ quiet, callers, traffic }: Verification, locale: Locale): readonly string[] {
  const blind =
    traffic.blindSince === null
      ? []
      : [
          `:warning: Usage cannot be read since ${dayAndTime(traffic.blindSince, locale)}: that time does not count as quiet.`,
        ];
  return [
    ...blind,
    quietLine(quiet, locale),
    ...(quiet.isQuiet ? [] : callerLines(callers, callersWithinMs(quiet), locale)),
    ...rareLines(quiet, locale),
  ];
}

/** For a message that has room for two sentences: who is not there yet, or how long it takes still. */
export function trafficBrief(seen: Verification, rotation: Rotation, locale: Locale): string {
  const { newKey, quiet, callers } = seen;
  const missing = newKey?.firstSeenAt === null ? ['The new key has shown no traffic yet.'] : [];
  const late = callersSince(callers, rotation);
  if (late.length > 0 && quiet.quietMs < HOUR_MS) {
    const names = late
      .slice(0, MOST_CALLERS)
      .map(({ model, endpoint }) => `${foreign(model, 60)} (${foreign(endpoint, 40)})`);
    return [
      ...missing,
      `:warning: Something still calls with the old key, after everybody was redeployed: ${names.join(', ')}. Find it and redeploy it; *Check traffic…* shows its hours.`,
    ].join(' ');
  }
  return [...missing, quietLine(quiet, locale), 'This step ticks itself then.'].join(' ');
}

function quietLine({ neededMs, quietMs, since, isQuiet, readyAt }: Quiet, locale: Locale): string {
  if (neededMs === 0) return 'The old key need not be quiet first.';
  if (since === null) return 'Usage was never read, so nobody knows whether the old key is quiet.';
  const needed = formatLength(neededMs);
  const whole = Math.floor(quietMs / HOUR_MS) * HOUR_MS;
  if (isQuiet)
    return `:white_check_mark: The old key has been quiet for ${formatLength(whole)}; ${needed} were needed.`;
  if (whole === 0) return `The old key is in use; it has to be quiet for ${needed}.`;
  const at = readyAt === null ? '' : `, which would be ${dayAndTime(readyAt, locale)}`;
  return `The old key is quiet since ${dayAndTime(since, locale)}; it has to be for ${needed}${at}.`;
}

/** How far back callers are looked for. */
function callersWithinMs({ neededMs }: Pick<Quiet, 'neededMs'>): number {
  return Math.max(DAY_MS, neededMs);
}

export function callerLines(callers: readonly Caller[], withinMs: number, locale: Locale): readonly string[] {
  if (callers.length === 0) return [];
  const shown = callers.slice(0, MOST_CALLERS).map((caller) => `• ${callerText(caller, locale)}`);
  const more = callers.length > MOST_CALLERS ? [`• and ${callers.length - MOST_CALLERS} more`] : [];
  return [`Who called it in the last ${formatLength(withinMs)}:`, ...shown, ...more];
}

function callerText(caller: Caller, locale: Locale): string {
  const { model, endpoint, requests, tokens, hours, firstAt, lastAt } = caller;
  const count = requests === null ? plural(tokens, 'token') : plural(requests, 'request');
  return `${foreign(model, 60)} (${foreign(endpoint, 40)}): ${count}, ${patternText(hours, locale)}, from ${dayAndTime(firstAt, locale)} to ${dayAndTime(lastAt, locale)}`;
}

/** `around the clock`, or the hours of the day. */
function patternText(hours: readonly number[], { timezone }: Locale): string {
  const format = dateFormat('en-GB', { timeZone: timezone, hour: '2-digit', hourCycle: 'h23' });
  const names = [...new Set(hours.map((at) => format.format(at)))].sort();
  if (names.length >= AROUND_THE_CLOCK) return 'around the clock';
  return `at ${names.slice(0, 8).join(', ')}${names.length > 8 ? ' …' : ''} h`;
}

function rareLines({ mayCome }: Quiet, locale: Locale): readonly string[] {
  return mayCome.map(({ model, gapMs, lastAt, isOnce }) => {
    const how = isOnce ? 'was used on one day only' : `goes unused for up to ${formatLength(gapMs)}`;
    return `May come still: ${foreign(model, 60)} ${how}, last ${dayAndTime(lastAt, locale)}.`;
  });
}

export interface RiseWords {
  readonly startAt: number;
  readonly count: number;
  readonly before: number;
  readonly unit: BurnDown['unit'];
}

/** A word of its own: an edit would not be seen. */
export function riseView({ rotation, lineage }: RotationCard, rise: RiseWords, locale: Locale): Rendered {
  const { startAt, count, before, unit } = rise;
  const text = `${actorMention(rotation.driver)}, the old key of ${escaped(lineage.slug)} is used more again: ${plural(count, unit)} in the hour from ${instant(startAt, locale)}, after ${before === 0 ? 'none' : `${before} at most`} in the hours before. Look at *Check traffic…* who that is before you revoke it.`;
  return { text, blocks: [section(text)] };
}
