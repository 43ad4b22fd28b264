import { Temporal } from 'temporal-polyfill';
import {
  DAYS,
  type DaySpec,
  type Every,
  type Freeze,
  ORDINALS,
  type RotationCadence,
  type RotationPolicy,
} from './rotation-policy.ts';

/** How many months lie between two turns. */
const MONTHS_OF: Readonly<Record<Exclude<Every, 'never'>, number>> = { month: 1, quarter: 3, half: 6, year: 12 };
const SATURDAY = 6;
const DAY_WORDS = new RegExp(`^(${ORDINALS.join('|')}) (${DAYS.join('|')})$`);
// A freeze may push a turn on; one of more than a year would swallow the next of its kind.
const MONTHS_BACK = 13;
const MONTHS_AHEAD = 26;
const MAX_MOVED_DAYS = 400;

/** `second tuesday`, `last workday`, `15`; null for any other text. */
export function parseDaySpec(text: string | number): DaySpec | null {
  const typed = String(text).trim().toLowerCase().replaceAll(/\s+/g, ' ');
  const number = /^\d{1,2}$/.test(typed) ? Number(typed) : 0;
  if (number >= 1 && number <= 31) return { kind: 'number', day: number };
  const [, first, second] = DAY_WORDS.exec(typed) ?? [];
  const ordinal = ORDINALS.find((word) => word === first);
  const day = DAYS.find((word) => word === second);
  return ordinal === undefined || day === undefined ? null : { kind: 'ordinal', ordinal, day };
}

/** One turn of a calendar. */
export interface RotationTurn {
  readonly at: number;
  /** The day it is on: `2026-10-13`. */
  readonly day: string;
  /** The day that the calendar names, and what speaks against it; null where it is that day. */
  readonly moved: { readonly from: string; readonly why: string } | null;
}

export type TurnPolicy = Pick<RotationPolicy, 'freezes' | 'holidays'>;

/**
 * The first turn strictly later than `after`, in the zone's days: on a weekend, a holiday or in a freeze it is on the next
 * workday that is none of these. Null where there is none within two years.
 */
export function nextTurn(
  cadence: RotationCadence,
  { after, timeZone, policy }: { readonly after: number; readonly timeZone: string; readonly policy: TurnPolicy },
): RotationTurn | null {
  if (cadence.every === 'never') return null;
  const today = Temporal.Instant.fromEpochMilliseconds(after).toZonedDateTimeISO(timeZone).toPlainDate();
  const months = new Set(cadence.months ?? monthsOf(cadence.every));
  for (let ahead = -MONTHS_BACK; ahead <= MONTHS_AHEAD; ahead += 1) {
    const month = today.toPlainYearMonth().add({ months: ahead });
    if (!months.has(month.month)) continue;
    const turn = turnIn(month, cadence, { timeZone, policy });
    if (turn !== null && turn.at > after) return turn;
  }
  return null;
}

/** The months in which a cadence has its turn: a year's is in January, a quarter's at its beginning. */
export function monthsOf(every: Exclude<Every, 'never'>): readonly number[] {
  const step = MONTHS_OF[every];
  return Array.from({ length: 12 / step }, (_, index) => 1 + index * step);
}

/** Days between two turns, roughly: what is younger than half of it need not be rotated again. */
export function intervalDays(every: Exclude<Every, 'never'>): number {
  return Math.round((MONTHS_OF[every] * 365) / 12);
}

/** Neither a weekend nor a holiday. */
export function isWorkday(day: string, holidays: readonly string[]): boolean {
  return isWorkdate(Temporal.PlainDate.from(day), holidays);
}

function turnIn(
  month: Temporal.PlainYearMonth,
  { day, atMinutes }: RotationCadence,
  { timeZone, policy }: { readonly timeZone: string; readonly policy: TurnPolicy },
): RotationTurn | null {
  const named = dateIn(month, day, policy.holidays);
  const found = firstFree(named, policy);
  if (found === null) return null;
  const { date, why } = found;
  const plainTime = Temporal.PlainTime.from({ hour: Math.floor(atMinutes / 60), minute: atMinutes % 60 });
  // A time that clocks skip is as much later as they are set; of one that they show twice it is the first.
  const at = date.toZonedDateTime({ timeZone, plainTime }).epochMilliseconds;
  return { at, day: date.toString(), moved: why === null ? null : { from: named.toString(), why } };
}

function dateIn(month: Temporal.PlainYearMonth, spec: DaySpec, holidays: readonly string[]): Temporal.PlainDate {
  if (spec.kind === 'number') return month.toPlainDate({ day: Math.min(spec.day, month.daysInMonth) });
  const weekday = DAYS.indexOf(spec.day) + 1;
  const fits = (date: Temporal.PlainDate) =>
    spec.day === 'workday' ? isWorkdate(date, holidays) : date.dayOfWeek === weekday;
  const all = Array.from({ length: month.daysInMonth }, (_, index) => month.toPlainDate({ day: index + 1 }));
  const fitting = all.filter(fits);
  const found = spec.ordinal === 'last' ? fitting.at(-1) : fitting[ORDINALS.indexOf(spec.ordinal)];
  return found ?? month.toPlainDate({ day: month.daysInMonth });
}

/** The day itself or the first one after it that nothing speaks against, and what spoke against the day itself. */
function firstFree(
  named: Temporal.PlainDate,
  policy: TurnPolicy,
): { readonly date: Temporal.PlainDate; readonly why: string | null } | null {
  const why = against(named, policy);
  for (let moved = 0; moved <= MAX_MOVED_DAYS; moved += 1) {
    const date = named.add({ days: moved });
    if (against(date, policy) === null) return { date, why };
  }
  return null;
}

function against(date: Temporal.PlainDate, { freezes, holidays }: TurnPolicy): string | null {
  const freeze = freezes.find((one) => isIn(date.toString(), one));
  if (freeze !== undefined) return freeze.why ?? 'a freeze';
  if (isHoliday(date, holidays)) return 'a holiday';
  return date.dayOfWeek >= SATURDAY ? 'a weekend' : null;
}

function isIn(day: string, { from, to }: Freeze): boolean {
  return from <= day && day <= to;
}

function isWorkdate(date: Temporal.PlainDate, holidays: readonly string[]): boolean {
  return date.dayOfWeek < SATURDAY && !isHoliday(date, holidays);
}

function isHoliday(date: Temporal.PlainDate, holidays: readonly string[]): boolean {
  const day = date.toString();
  return holidays.includes(day) || holidays.includes(day.slice('2026-'.length));
}
