import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/domain/time.ts';
import type { Random } from './random.ts';

export const BUCKET_MS = 5 * MINUTE_MS;
export const BUCKETS_PER_HOUR = HOUR_MS / BUCKET_MS;
export const BUCKETS_PER_DAY = DAY_MS / BUCKET_MS;

// Requests an hour; above it the shape of a client does not depend on how many there are.
const BUSIEST = 3_000;

/** How one client's traffic goes up and down when nothing special happens. Lengths in hours. */
export interface Shape {
  /** Requests in a usual hour of work. */
  readonly level: number;
  /** Sessions and pauses, both heavy-tailed; null: always on. */
  readonly sessions: { readonly share: number; readonly meanHours: number; readonly whenOff: number } | null;
  /** Slow wandering of the level: standard deviation of the logarithm, and how long it remembers. */
  readonly wander: number;
  readonly memoryHours: number;
  /** From day to day, on top. */
  readonly dayWander: number;
  /** The daily rhythm: 0 is none, 1 a gentle wave, 3 an empty night. */
  readonly rhythm: number;
  /** As busy at all hours of so long a day, instead of a wave; null: a wave. */
  readonly awakeHours: number | null;
  readonly peakHour: number;
  /** Share of a weekday's traffic at the weekend. */
  readonly weekend: number;
  readonly burstsPerDay: number;
  readonly burstFactor: number;
  readonly burstHours: number;
  /** Unevenness within the hour. */
  readonly clumps: number;
}

/** What the shapes of many clients are drawn from: found by comparing their traffic with figures of real clients. */
export interface Population {
  readonly alwaysOn: number;
  readonly shareCentre: number;
  readonly shareSpread: number;
  readonly session: number;
  readonly sessionSpread: number;
  readonly wander: number;
  readonly wanderSpread: number;
  readonly memory: number;
  readonly memorySpread: number;
  readonly dayWander: number;
  readonly dayWanderSpread: number;
  readonly flat: number;
  readonly rhythmLow: number;
  readonly rhythmHigh: number;
  readonly plateau: number;
  readonly bursts: number;
  readonly burstsSpread: number;
  readonly burstFactor: number;
  readonly burstHours: number;
  readonly clumps: number;
  readonly level: number;
  readonly levelSpread: number;
  /** How far the unsteadiness of a client shows in all its figures at once. */
  readonly common: number;
}

export const POPULATION: Population = {
  alwaysOn: 0.42,
  shareCentre: -1.22,
  shareSpread: 2.05,
  session: 4.2,
  sessionSpread: 1.65,
  wander: 0.0976,
  wanderSpread: 0.817,
  memory: 36.7,
  memorySpread: 1.66,
  dayWander: 0.387,
  dayWanderSpread: 1.02,
  flat: 0.148,
  rhythmLow: 0.35,
  rhythmHigh: 1.95,
  plateau: 0.352,
  bursts: 0.0592,
  burstsSpread: 0.799,
  burstFactor: 3.26,
  burstHours: 0.768,
  clumps: 0.8,
  level: 120,
  levelSpread: 3.29,
  common: 0.93,
};

export function drawShape(random: Random, population: Population = POPULATION): Shape {
  const p = population;
  const unsteady = random.normal();
  const own = Math.sqrt(1 - p.common ** 2);
  const wild = (centre: number, spread: number) =>
    centre * Math.exp(spread * (p.common * unsteady + own * random.normal()));
  const isSteady = p.common * unsteady + own * random.normal() < quantileOf(p.alwaysOn);
  const rhythm = random.chance(p.flat) ? 0 : random.between(p.rhythmLow, p.rhythmHigh);
  const share = 1 / (1 + Math.exp(-(p.shareCentre + p.shareSpread * random.normal())));
  return {
    level: Math.min(BUSIEST, random.around(p.level, p.levelSpread)),
    sessions: isSteady
      ? null
      : {
          share,
          meanHours: random.around(p.session, p.sessionSpread),
          whenOff: random.chance(0.3) ? random.scale(0.002, 0.1) : 0,
        },
    wander: Math.min(2.5, wild(p.wander, p.wanderSpread)),
    memoryHours: random.around(p.memory, p.memorySpread),
    dayWander: Math.min(2, wild(p.dayWander, p.dayWanderSpread)),
    rhythm,
    awakeHours: random.chance(p.plateau) ? random.between(9, 19) : null,
    peakHour: random.chance(0.6) ? random.between(11, 17) : random.between(0, 24),
    weekend: rhythm > 0 && random.chance(0.7) ? random.between(0.05, 1) : 1,
    burstsPerDay: wild(p.bursts, p.burstsSpread),
    burstFactor: random.around(p.burstFactor, 0.8),
    burstHours: random.around(p.burstHours, 0.5),
    clumps: random.between(0.1, p.clumps),
  };
}

/** Mean requests of each bucket. `startAt` is a day's start. */
export function intensity(shape: Shape, days: number, random: Random, startAt: number): Float64Array {
  const levels = new Float64Array(days * BUCKETS_PER_DAY);
  const rhythm = rhythmOf(shape);
  const wander = wandering(random.part('wander'), shape.wander, Math.exp(-1 / shape.memoryHours));
  const byDay = wandering(random.part('days'), shape.dayWander, 0.4);
  const within = random.part('within');
  const perBucket = shape.level / BUCKETS_PER_HOUR;
  let before = wander();
  for (let hour = 0; hour < days * 24; hour += 1) {
    if (hour % 24 === 0) rhythm.startDay(startAt + hour * HOUR_MS, byDay());
    const after = wander();
    const ofHour = perBucket * rhythm.at(hour % 24);
    for (let part = 0; part < BUCKETS_PER_HOUR; part += 1) {
      const slow = before + ((after - before) * part) / BUCKETS_PER_HOUR;
      const clump = shape.clumps * within.normal() - shape.clumps ** 2 / 2;
      levels[hour * BUCKETS_PER_HOUR + part] = ofHour * Math.exp(slow + clump);
    }
    before = after;
  }
  addBursts(levels, shape, random.part('bursts'));
  if (shape.sessions !== null) cutSessions(levels, shape.sessions, random.part('sessions'));
  return levels;
}

function rhythmOf({ rhythm, awakeHours, peakHour, weekend }: Shape) {
  let day = 1;
  const night = Math.exp(-2.5 * rhythm);
  const hours = Array.from({ length: 24 }, (_, hour) => {
    const angle = ((hour - peakHour) / 24) * 2 * Math.PI;
    if (awakeHours === null) return Math.exp(rhythm * (Math.cos(angle) - 0.5));
    const fromPeak = (Math.acos(Math.cos(angle)) / Math.PI) * 12;
    return night + (1 - night) / (1 + Math.exp((fromPeak - awakeHours / 2) / 0.6));
  });
  return {
    startDay(at: number, wander: number) {
      const weekday = new Date(at).getUTCDay();
      day = Math.exp(wander) * (weekday === 0 || weekday === 6 ? weekend : 1);
    },
    at: (hour: number) => day * (hours[hour] ?? 1),
  };
}

/** Normal figures that remember the one before; `spread` is their standard deviation. */
function wandering(random: Random, spread: number, memory: number): () => number {
  const fresh = Math.sqrt(1 - memory ** 2);
  let value = random.normal();
  return () => {
    value = memory * value + fresh * random.normal();
    return spread * value;
  };
}

/** Heavy-tailed bursts of minutes to hours on top of what the client does anyway. */
function addBursts(levels: Float64Array, shape: Shape, random: Random): void {
  const gap = BUCKETS_PER_DAY / shape.burstsPerDay;
  for (let at = random.exponential(gap); at < levels.length; at += random.exponential(gap)) {
    const from = Math.floor(at);
    const length = Math.ceil(random.pareto(shape.burstHours, 1.5, 48) * BUCKETS_PER_HOUR);
    const height = (shape.level / BUCKETS_PER_HOUR) * random.pareto(shape.burstFactor, 1.6, 60 * shape.burstFactor);
    for (let bucket = from; bucket < Math.min(levels.length, from + length); bucket += 1) {
      levels[bucket] = (levels[bucket] ?? 0) + height * random.around(1, shape.clumps / 2);
    }
  }
}

function cutSessions(levels: Float64Array, sessions: NonNullable<Shape['sessions']>, random: Random): void {
  const on = sessions.meanHours * BUCKETS_PER_HOUR;
  const off = (on * (1 - sessions.share)) / sessions.share;
  const longest = 21 * BUCKETS_PER_DAY;
  let isOn = random.chance(sessions.share);
  for (let from = 0; from < levels.length; isOn = !isOn) {
    const until = from + Math.max(1, Math.round(random.pareto(isOn ? on : off, 1.5, longest)));
    if (!isOn) {
      for (let bucket = from; bucket < Math.min(until, levels.length); bucket += 1) {
        levels[bucket] = (levels[bucket] ?? 0) * sessions.whenOff;
      }
    }
    from = until;
  }
}

/** Where the standard normal figure lies below with this chance. */
function quantileOf(share: number): number {
  return share <= 0 ? Number.NEGATIVE_INFINITY : share >= 1 ? Number.POSITIVE_INFINITY : probit(share);
}

function probit(share: number): number {
  const tail = Math.min(share, 1 - share);
  const t = Math.sqrt(-2 * Math.log(tail));
  const z = t - (2.30753 + 0.27061 * t) / (1 + 0.99229 * t + 0.04481 * t * t);
  return share < 0.5 ? -z : z;
}
