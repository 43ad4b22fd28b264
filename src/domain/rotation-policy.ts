import type { Environment } from './key.ts';

export const EVERY = ['month', 'quarter', 'half', 'year', 'never'] as const;
export type Every = (typeof EVERY)[number];

export const ORDINALS = ['first', 'second', 'third', 'fourth', 'last'] as const;
export const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday', 'workday'] as const;

/** A day of a month: its number (31 is the last one where there is none), or its place among the days of its kind. */
export type DaySpec =
  | { readonly kind: 'number'; readonly day: number }
  | {
      readonly kind: 'ordinal';
      readonly ordinal: (typeof ORDINALS)[number];
      readonly day: (typeof DAYS)[number];
    };

/** `unknown` counts as production. */
export const CALENDAR_ENVIRONMENTS = ['production', 'staging', 'development'] as const;
export type CalendarEnvironment = (typeof CALENDAR_ENVIRONMENTS)[number];

/** Where policy may end an old key without a person; production always takes people. */
export const AUTOMATIC_ENDS = ['staging', 'development'] as const;

/** When the keys of an environment are rotated. */
export interface RotationCadence {
  readonly every: Every;
  /** 1 to 12; null: what `every` means without it. */
  readonly months: readonly number[] | null;
  readonly day: DaySpec;
  /** Since midnight, as clocks in the policy's zone show it. */
  readonly atMinutes: number;
}

/** Days, both included, on which no campaign starts. */
export interface Freeze {
  /** `2026-12-18` */
  readonly from: string;
  readonly to: string;
  readonly why: string | null;
}

/** A cadence of their own for some lineages; the first that matches counts. */
export interface CadenceOverride {
  readonly match: string;
  /** Tested against a lineage's slug. */
  readonly pattern: RegExp;
  readonly every: Every;
  /** Null: as in the environment's calendar. */
  readonly months: readonly number[] | null;
  readonly day: DaySpec | null;
  readonly atMinutes: number | null;
}

/** Hours of no progress until somebody is reminded; null: never. */
export interface ReminderPolicy {
  readonly ownerMs: number | null;
  readonly threadMs: number | null;
  readonly respondersMs: number | null;
}

export interface RotationPolicy {
  /** Campaigns are announced and started by the calendar; people may start one in any case. */
  readonly campaigns: boolean;
  /** What a campaign can have done by Keysteward, it has done without being asked for each key. */
  readonly automatic: boolean;
  /** Where an automatic rotation also retires its old key, once that is verified and quiet, if a stop can be taken back. */
  readonly automaticEnd: readonly (typeof AUTOMATIC_ENDS)[number][];
  readonly calendars: Readonly<Record<CalendarEnvironment, RotationCadence>>;
  readonly freezes: readonly Freeze[];
  /** `2026-12-25`, or `12-25` for every year. */
  readonly holidays: readonly string[];
  readonly overrides: readonly CadenceOverride[];
  /** How long before its start a campaign is announced. */
  readonly announceMs: number;
  /** How long after its start it should be through. */
  readonly dueMs: number;
  /** Between the stop of an old key and its end for good, where a stop can be taken back. */
  readonly graceMs: number;
  readonly reminders: ReminderPolicy;
}

export function calendarEnvironment(environment: Environment): CalendarEnvironment {
  return environment === 'unknown' ? 'production' : environment;
}

/** When a lineage is rotated, and whether that is a rule of its own. */
export function cadenceOf(
  { slug, environment }: { readonly slug: string; readonly environment: Environment },
  { calendars, overrides }: Pick<RotationPolicy, 'calendars' | 'overrides'>,
): { readonly cadence: RotationCadence; readonly override: CadenceOverride | null } {
  const usual = calendars[calendarEnvironment(environment)];
  const override = overrides.find(({ pattern }) => pattern.test(slug)) ?? null;
  if (override === null) return { cadence: usual, override };
  const { every } = override;
  const months = override.months ?? (every === usual.every ? usual.months : null);
  const cadence = { every, months, day: override.day ?? usual.day, atMinutes: override.atMinutes ?? usual.atMinutes };
  return { cadence, override };
}
