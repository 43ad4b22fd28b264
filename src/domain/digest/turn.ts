import { Temporal } from 'temporal-polyfill';
import { DAY_MS, floorTo } from '../time.ts';

export const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** When the digest goes out and to whom, as policy has it. */
export interface DigestPolicy {
  readonly enabled: boolean;
  readonly day: Weekday;
  /** Since midnight, as clocks in its zone show it. */
  readonly atMinutes: number;
  /** Null: that of the calendar. */
  readonly timeZone: string | null;
  /** Null: where alerts go. */
  readonly channel: string | null;
  /** Who gets it by direct message as well. */
  readonly founders: readonly string[];
}

export type Timetable = Pick<DigestPolicy, 'day' | 'atMinutes'>;

/** In the place of the week, of what was not sent. */
export const PREVIEW = 'preview';

interface Span {
  readonly from: number;
  readonly to: number;
}

/** One week and when it is told. */
export interface DigestTurn {
  /** The ISO week of its day: of each there is one digest at most, whatever day policy comes to name. */
  readonly week: string;
  readonly dueAt: number;
  /** The day it is on: `2026-10-26`. */
  readonly day: string;
  /** What happened: since the instant of the turn before. */
  readonly happened: Span;
  /** What was spent: whole UTC days, as providers bill, so that weeks neither overlap nor leave a day out. */
  readonly spent: Span;
}

/**
 * The last `count` turns up to `now`, oldest first. A time that clocks skip is as much later as they are set; of one that
 * they show twice it is the first.
 */
export function turnsUntil(
  now: number,
  { timetable, timeZone }: { readonly timetable: Timetable; readonly timeZone: string },
  count: number,
): readonly DigestTurn[] {
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(timeZone).toPlainDate();
  const weekday = WEEKDAYS.indexOf(timetable.day) + 1;
  const nearest = today.subtract({ days: (today.dayOfWeek - weekday + 7) % 7 });
  const at = (date: Temporal.PlainDate) => instantOf(date, timetable, timeZone);
  const newest = at(nearest) <= now ? nearest : nearest.subtract({ days: 7 });
  return Array.from({ length: count }, (_, index) => {
    const date = newest.subtract({ days: 7 * (count - 1 - index) });
    const [from, to] = [at(date.subtract({ days: 7 })), at(date)];
    return {
      week: isoWeek(date),
      dueAt: to,
      day: date.toString(),
      happened: { from, to },
      spent: { from: floorTo(from, DAY_MS), to: floorTo(to, DAY_MS) },
    };
  });
}

/** The last seven days, today included, for whoever asks before the time has come. */
export function previewTurn(now: number, timeZone: string): DigestTurn {
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(timeZone).toPlainDate();
  const tonight = floorTo(now, DAY_MS) + DAY_MS;
  return {
    week: PREVIEW,
    dueAt: now,
    day: today.toString(),
    happened: { from: now - 7 * DAY_MS, to: now },
    spent: { from: tonight - 7 * DAY_MS, to: tonight },
  };
}

/** `2026-W44`: its year is that of its Thursday. */
function isoWeek(date: Temporal.PlainDate): string {
  return `${date.yearOfWeek}-W${String(date.weekOfYear).padStart(2, '0')}`;
}

function instantOf(date: Temporal.PlainDate, { atMinutes }: Timetable, timeZone: string): number {
  const plainTime = Temporal.PlainTime.from({ hour: Math.floor(atMinutes / 60), minute: atMinutes % 60 });
  return date.toZonedDateTime({ timeZone, plainTime }).epochMilliseconds;
}
