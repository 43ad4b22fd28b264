import { z } from 'zod';
import { globPattern } from '../domain/glob.ts';
import { parseDaySpec } from '../domain/rotation-calendar.ts';
import {
  AUTOMATIC_ENDS,
  type DaySpec,
  EVERY,
  type Every,
  type RotationCadence,
  type RotationPolicy,
} from '../domain/rotation-policy.ts';
import { DAY_MS, dayAt, HOUR_MS } from '../domain/time.ts';
import { CLOCK, CLOCK_ADVICE, minutesOf } from './policy-values.ts';

const MONTH_DAY = /^(?:0[1-9]|1[0-2])-\d{2}$/;
// A leap year: the 29th of February is a holiday where there is one.
const ANY_YEAR = '2024-';

const DAY_ADVICE = "a day such as 'second tuesday', 'last workday' or 15";
const HOURS_ADVICE = 'whole hours from 0 to 720; 0 switches the step off';
const FREEZE_ADVICE = 'a day such as 2026-12-18';

const every = z.enum(EVERY).describe('month, quarter, half, year or never');
const months = z.array(z.int().min(1).max(12)).min(1).describe('a list of months from 1 to 12: [1, 4, 7, 10]');
const day = z
  .union([z.string(), z.int()])
  .refine((text) => parseDaySpec(text) !== null, 'is not a day of a month')
  .describe(DAY_ADVICE);
const at = z.string().regex(CLOCK).describe(CLOCK_ADVICE);
const freezeDay = z
  .string()
  .refine((text) => dayAt(text) !== null, 'is not a day')
  .describe(FREEZE_ADVICE);
const hours = z.int().min(0).max(720).describe(HOURS_ADVICE);
const days = z.int().min(1).max(60);

function calendar(usual: { readonly every: Every; readonly day: string }) {
  return z
    .strictObject({
      every: every.default(usual.every),
      months: months.optional(),
      day: day.default(usual.day),
      at: at.default('10:00'),
    })
    .prefault({});
}

/** The section `rotation` as people write it. */
export const rotationSchema = z
  .strictObject({
    campaigns: z.boolean().default(false).describe('true or false'),
    automatic: z.boolean().default(true).describe('true or false'),
    automatic_end: z
      .array(z.enum(AUTOMATIC_ENDS))
      .default(['development'])
      .describe('a list of staging and development; [] for none'),
    calendars: z
      .strictObject({
        production: calendar({ every: 'quarter', day: 'second tuesday' }),
        // A week earlier: what breaks, breaks there first.
        staging: calendar({ every: 'quarter', day: 'first tuesday' }),
        development: calendar({ every: 'month', day: 'first monday' }),
      })
      .prefault({}),
    freezes: z
      .array(z.strictObject({ from: freezeDay, to: freezeDay, why: z.string().min(1).max(80).optional() }))
      .default([])
      .describe('a list of freezes: - { from: 2026-12-18, to: 2027-01-04, why: year end }'),
    holidays: z
      .array(
        z.string().refine(isHoliday, 'is not a day').describe("a day such as 2026-12-25, or '12-25' for every year"),
      )
      .default([])
      .describe("a list of days: [2026-04-03, '12-25']"),
    overrides: z
      .array(
        z.strictObject({
          match: z.string().min(1).describe("a name, or a pattern in quotes such as '*-ci' (* is any text)"),
          every,
          months: months.optional(),
          day: day.optional(),
          at: at.optional(),
        }),
      )
      .default([])
      .describe("a list of rules: - { match: 'billing-*', every: month }"),
    announce_days: z.int().min(0).max(60).default(7).describe('whole days from 0 to 60'),
    due_days: days.default(14).describe('whole days from 1 to 60'),
    grace_days: z.int().min(0).max(60).default(7).describe('whole days from 0 to 60'),
    reminders: z
      .strictObject({
        owner_hours: hours.default(48),
        thread_hours: hours.default(120),
        responders_hours: hours.default(192),
      })
      .prefault({}),
  })
  .superRefine(({ freezes }, context) => {
    for (const [index, { from, to }] of freezes.entries()) {
      const problem =
        to < from ? 'is before its beginning' : dayCount(from, to) > 366 ? 'is more than a year away' : null;
      if (problem !== null) context.addIssue({ code: 'custom', path: ['freezes', index, 'to'], message: problem });
    }
  });

type RotationFile = z.output<typeof rotationSchema>;
type CalendarFile = RotationFile['calendars']['production'];

export function toRotationPolicy(file: RotationFile): RotationPolicy {
  return {
    campaigns: file.campaigns,
    automatic: file.automatic,
    automaticEnd: file.automatic_end,
    calendars: {
      production: toCadence(file.calendars.production),
      staging: toCadence(file.calendars.staging),
      development: toCadence(file.calendars.development),
    },
    freezes: file.freezes.map(({ from, to, why }) => ({ from, to, why: why ?? null })),
    holidays: file.holidays,
    overrides: file.overrides.map((rule) => ({
      match: rule.match,
      pattern: globPattern(rule.match),
      every: rule.every,
      months: rule.months ?? null,
      day: rule.day === undefined ? null : toDay(rule.day),
      atMinutes: rule.at === undefined ? null : minutesOf(rule.at),
    })),
    announceMs: file.announce_days * DAY_MS,
    dueMs: file.due_days * DAY_MS,
    graceMs: file.grace_days * DAY_MS,
    reminders: {
      ownerMs: stepMs(file.reminders.owner_hours),
      threadMs: stepMs(file.reminders.thread_hours),
      respondersMs: stepMs(file.reminders.responders_hours),
    },
  };
}

function toCadence(file: CalendarFile): RotationCadence {
  return { every: file.every, months: file.months ?? null, day: toDay(file.day), atMinutes: minutesOf(file.at) };
}

function toDay(text: string | number): DaySpec {
  return parseDaySpec(text) ?? { kind: 'number', day: 1 };
}

function stepMs(given: number): number | null {
  return given === 0 ? null : given * HOUR_MS;
}

function isHoliday(text: string): boolean {
  return dayAt(text) !== null || (MONTH_DAY.test(text) && dayAt(`${ANY_YEAR}${text}`) !== null);
}

function dayCount(from: string, to: string): number {
  return ((dayAt(to) ?? 0) - (dayAt(from) ?? 0)) / DAY_MS;
}
