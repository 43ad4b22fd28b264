import { DAY_MS } from '../../src/domain/time.ts';
import type { EventKind } from './label.ts';
import type { Random } from './random.ts';
import { BUCKETS_PER_DAY, BUCKETS_PER_HOUR } from './shape.ts';

/** A stretch of buckets; `to` is excluded. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Honest things that happen to a lineage, before its money is known. Sizes are relative to its own usual day. */
export interface HonestEvent extends Stretch {
  readonly kind: EventKind;
}

/** The chance of each in a lineage: most lineages have none or one. */
const CHANCES = {
  'office-hours': 0.12,
  'nightly-batch': 0.1,
  'weekly-batch': 0.05,
  'month-end-job': 0.04,
  launch: 0.06,
  growth: 0.05,
  holiday: 0.06,
  'model-migration': 0.06,
  'new-endpoint': 0.04,
  runaway: 0.04,
} as const satisfies Record<EventKind, number>;

export function drawKinds(random: Random): ReadonlySet<EventKind> {
  const kinds = Object.keys(CHANCES) as EventKind[];
  return new Set(kinds.filter((kind) => random.part(kind).chance(CHANCES[kind])));
}

/** Changes the levels in place, for what changes the traffic that is there anyway. */
export function bendLevels(
  levels: Float64Array,
  { kinds, startAt }: { readonly kinds: ReadonlySet<EventKind>; readonly startAt: number },
  random: Random,
): readonly HonestEvent[] {
  const whole = { from: 0, to: levels.length };
  const events: HonestEvent[] = [];
  if (kinds.has('office-hours')) {
    keepOfficeHours(levels, startAt, random.part('office'));
    events.push({ kind: 'office-hours', ...whole });
  }
  if (kinds.has('growth')) {
    for (let bucket = 0; bucket < levels.length; bucket += 1)
      scale(levels, bucket, 2 ** (bucket / (60 * BUCKETS_PER_DAY)));
    events.push({ kind: 'growth', ...whole });
  }
  if (kinds.has('launch')) events.push({ kind: 'launch', ...launch(levels, random.part('launch')) });
  if (kinds.has('holiday')) events.push({ kind: 'holiday', ...holiday(levels, random.part('holiday')) });
  return events;
}

function keepOfficeHours(levels: Float64Array, startAt: number, random: Random): void {
  const opens = random.between(5, 15);
  const closes = opens + random.between(8, 11);
  const atNight = random.chance(0.5) ? 0 : random.scale(0.005, 0.08);
  for (let bucket = 0; bucket < levels.length; bucket += 1) {
    const hour = (bucket % BUCKETS_PER_DAY) / BUCKETS_PER_HOUR;
    const weekday = new Date(startAt + Math.floor(bucket / BUCKETS_PER_DAY) * DAY_MS).getUTCDay();
    const isOpen = weekday !== 0 && weekday !== 6 && hour >= opens && hour < closes;
    if (!isOpen) scale(levels, bucket, atNight);
  }
}

/** A step up that stays, over hours or two days. */
function launch(levels: Float64Array, random: Random): Stretch {
  const from = Math.floor(random.between(0.15, 0.85) * levels.length);
  const length = random.scale(1, 2 * BUCKETS_PER_DAY);
  const factor = random.scale(1.5, 6);
  for (let bucket = from; bucket < levels.length; bucket += 1) {
    scale(levels, bucket, 1 + (factor - 1) * Math.min(1, (bucket - from) / length));
  }
  return { from, to: Math.min(levels.length, from + Math.ceil(length)) };
}

function holiday(levels: Float64Array, random: Random): Stretch {
  const from = random.whole(7, levels.length / BUCKETS_PER_DAY - 3) * BUCKETS_PER_DAY;
  const to = Math.min(levels.length, from + random.whole(3, 16) * BUCKETS_PER_DAY);
  const rest = random.chance(0.6) ? 0 : random.scale(0.01, 0.1);
  for (let bucket = from; bucket < to; bucket += 1) scale(levels, bucket, rest);
  return { from, to };
}

/** Jobs that run by the calendar, on top of the levels: where they run and how much each bucket of them takes. */
export interface Jobs {
  readonly levels: Float64Array;
  readonly nights: readonly Stretch[];
  readonly events: readonly HonestEvent[];
}

export function drawJobs(
  levels: Float64Array,
  { kinds, startAt }: { readonly kinds: ReadonlySet<EventKind>; readonly startAt: number },
  random: Random,
): Jobs {
  const days = levels.length / BUCKETS_PER_DAY;
  const usualDay = levels.reduce((sum, level) => sum + level, 0) / days;
  const jobs = { levels: new Float64Array(levels.length), nights: [] as Stretch[], events: [] as HonestEvent[] };
  const add = (kind: EventKind, job: Job) => {
    const own = random.part(kind);
    for (let day = 0; day < days; day += 1) {
      if (!job.isDue(new Date(startAt + day * DAY_MS)) || own.chance(job.skips)) continue;
      const stretch = run(jobs.levels, { job, from: day * BUCKETS_PER_DAY, usualDay }, own);
      if (kind === 'nightly-batch') jobs.nights.push(stretch);
      if (kind === 'month-end-job') jobs.events.push({ kind, ...stretch });
    }
    if (kind !== 'month-end-job') jobs.events.push({ kind, from: 0, to: levels.length });
  };
  if (kinds.has('nightly-batch')) add('nightly-batch', nightly(random.part('nightly')));
  if (kinds.has('weekly-batch')) add('weekly-batch', weekly(random.part('weekly')));
  if (kinds.has('month-end-job')) add('month-end-job', monthly(random.part('monthly')));
  return jobs;
}

interface Job {
  readonly hour: number;
  readonly hours: number;
  /** In usual days of the lineage. */
  readonly size: number;
  readonly spread: number;
  readonly skips: number;
  isDue(day: Date): boolean;
}

function nightly(random: Random): Job {
  const hour = random.between(0, 6);
  return {
    hour,
    hours: random.scale(0.3, 3),
    size: random.scale(0.3, 3),
    spread: 0.35,
    skips: 0.05,
    isDue: () => true,
  };
}

function weekly(random: Random): Job {
  const weekday = random.whole(0, 6);
  const isDue = (day: Date) => day.getUTCDay() === weekday;
  return {
    hour: random.between(0, 20),
    hours: random.scale(0.5, 6),
    size: random.scale(1, 6),
    spread: 0.3,
    skips: 0,
    isDue,
  };
}

function monthly(random: Random): Job {
  const date = random.pick([1, 1, 2, 28]);
  const isDue = (day: Date) => day.getUTCDate() === date;
  return {
    hour: random.between(0, 18),
    hours: random.scale(1, 8),
    size: random.scale(1, 8),
    spread: 0.3,
    skips: 0,
    isDue,
  };
}

/** One run: it starts a few minutes off, and takes longer when there is more to do. */
function run(
  levels: Float64Array,
  { job, from, usualDay }: { readonly job: Job; readonly from: number; readonly usualDay: number },
  random: Random,
): Stretch {
  const amount = random.around(1, job.spread);
  const first = from + Math.floor(job.hour * BUCKETS_PER_HOUR) + Math.floor(random.exponential(1));
  const length = Math.max(1, Math.round(job.hours * BUCKETS_PER_HOUR * Math.sqrt(amount)));
  const to = Math.min(levels.length, first + length);
  for (let bucket = first; bucket < to; bucket += 1) {
    const level = ((usualDay * job.size * amount) / length) * random.around(1, 0.3);
    levels[bucket] = (levels[bucket] ?? 0) + level;
  }
  return { from: first, to };
}

function scale(levels: Float64Array, bucket: number, factor: number): void {
  levels[bucket] = (levels[bucket] ?? 0) * factor;
}
