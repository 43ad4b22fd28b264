import type { Calendar } from '../calendar.ts';
import { HOUR_MS } from '../time.ts';

/** What a key called in one hour. */
export interface HourUse {
  readonly startAt: number;
  /** Model and endpoint. */
  readonly what: string;
  /** Requests where they are counted, else the tokens: only shares of one another matter. */
  readonly volume: number;
}

/** One of the two workloads that a key seems to serve. */
export interface Part {
  readonly models: readonly string[];
  /** First and last hour of the day in which nine tenths of it lie, as clocks show them; null: all day. */
  readonly hours: { readonly from: number; readonly to: number } | null;
  readonly weekdaysOnly: boolean;
  readonly days: number;
}

export type SharedTraffic = readonly [Part, Part];

// Both have to be there on so many days, or it is one job of a week.
const LEAST_DAYS = 8;
// And each has to be so large a share: a few tests on the side are no workload.
const LEAST_SHARE = 0.05;
// Nine tenths of each in at most so many hours of the day, so that both can be apart.
const HOURS_SHARE = 0.9;
const WINDOW_HOURS = 11;
// So little of either may lie in the hours of the other: one hour in fifty is a retry or a late run.
const OVERLAP = 0.02;
// Of the days on which either is used, both must be on so many: what takes turns is one thing that changes.
const SAME_DAYS = 0.5;

/**
 * Two groups of models that are never called in the same part of the day, for weeks: two workloads that share a key. Says
 * nothing where one workload uses all of its models day and night, or changes from one model to another.
 */
export function sharedTraffic(uses: readonly HourUse[], calendar: Calendar): SharedTraffic | null {
  const total = uses.reduce((sum, { volume }) => sum + volume, 0);
  const profiles = [...profilesOf(uses, calendar)].filter(([, one]) => one.volume >= LEAST_SHARE * total);
  const bounded = profiles.flatMap(([what, profile]) => {
    const window = windowOf(profile.hours, profile.volume);
    return window === null || profile.days.size < LEAST_DAYS ? [] : [{ what, profile, window }];
  });
  // One that is called around the clock could be anybody's.
  if (bounded.length < 2 || bounded.length < profiles.length) return null;
  const sorted = bounded.toSorted((a, b) => a.window.from - b.window.from);
  for (let cut = 1; cut < sorted.length; cut += 1) {
    const [first, second] = [merged(sorted.slice(0, cut)), merged(sorted.slice(cut))];
    const parts = [partOf(first), partOf(second)] as const;
    if (areApart(first, second) && parts[0].hours !== null && parts[1].hours !== null) return parts;
  }
  return null;
}

interface Profile {
  volume: number;
  /** By hour of the day. */
  readonly hours: number[];
  readonly days: Set<number>;
  weekend: number;
}

interface Group extends Profile {
  readonly models: readonly string[];
}

function profilesOf(uses: readonly HourUse[], calendar: Calendar): ReadonlyMap<string, Profile> {
  const profiles = new Map<string, Profile>();
  for (const { startAt, what, volume } of uses) {
    if (volume <= 0) continue;
    const profile = profiles.get(what) ?? empty();
    profiles.set(what, profile);
    const hour = calendar.hourOfDay(startAt);
    profile.volume += volume;
    profile.hours[hour] = (profile.hours[hour] ?? 0) + volume;
    // A night belongs to the day before: its work does not end at midnight.
    profile.days.add(calendar.dayStart(startAt - 6 * HOUR_MS));
    if (calendar.isWeekend(startAt)) profile.weekend += volume;
  }
  return profiles;
}

function empty(): Profile {
  return { volume: 0, hours: Array.from({ length: 24 }, () => 0), days: new Set(), weekend: 0 };
}

/** The shortest run of hours, over midnight or not, that holds nine tenths; null: none that is short enough. */
function windowOf(hours: readonly number[], volume: number): { readonly from: number; readonly length: number } | null {
  for (let length = 1; length <= WINDOW_HOURS; length += 1) {
    for (let from = 0; from < 24; from += 1) {
      if (within(hours, from, length) >= HOURS_SHARE * volume) return { from, length };
    }
  }
  return null;
}

function within(hours: readonly number[], from: number, length: number): number {
  let sum = 0;
  for (let step = 0; step < length; step += 1) sum += hours[(from + step) % 24] ?? 0;
  return sum;
}

function merged(profiles: readonly { readonly what: string; readonly profile: Profile }[]): Group {
  const group = empty();
  for (const { profile } of profiles) {
    group.volume += profile.volume;
    group.weekend += profile.weekend;
    for (const day of profile.days) group.days.add(day);
    for (const [hour, volume] of profile.hours.entries()) group.hours[hour] = (group.hours[hour] ?? 0) + volume;
  }
  return { ...group, models: profiles.map(({ what }) => what).sort() };
}

function areApart(first: Group, second: Group): boolean {
  const [a, b] = [windowOf(first.hours, first.volume), windowOf(second.hours, second.volume)];
  if (a === null || b === null) return false;
  if (within(first.hours, b.from, b.length) > OVERLAP * first.volume) return false;
  if (within(second.hours, a.from, a.length) > OVERLAP * second.volume) return false;
  const both = [...first.days].filter((day) => second.days.has(day)).length;
  return both >= SAME_DAYS * new Set([...first.days, ...second.days]).size;
}

function partOf(group: Group): Part {
  const window = windowOf(group.hours, group.volume);
  const hours = window === null ? null : { from: window.from, to: (window.from + window.length) % 24 };
  return { models: group.models, hours, weekdaysOnly: group.weekend <= OVERLAP * group.volume, days: group.days.size };
}

/** `gpt-x only from 9 to 18 on weekdays`; whoever shows it escapes it. */
export function partWords({ models, hours, weekdaysOnly }: Part): string {
  const when = hours === null ? 'all day' : `only from ${hours.from}:00 to ${hours.to}:00`;
  return `${models.join(', ')} ${when}${weekdaysOnly ? ' on weekdays' : ''}`;
}
