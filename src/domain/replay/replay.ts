import { BASELINE_MS, type Baseline, learnLazily } from '../baseline.ts';
import { type Calendar, dayEnd, UTC_CALENDAR } from '../calendar.ts';
import { type BoundDetector, type DetectorInput, type Glance, RECENT_MS } from '../detector.ts';
import { bindDetectors } from '../detectors/index.ts';
import { hourFloor } from '../detectors/spend-acceleration.ts';
import { type Finding, severityRank } from '../finding.ts';
import { judge } from '../judgement/judge.ts';
import { NO_FACTS } from '../lineage-facts.ts';
import type { Profile } from '../profile.ts';
import { DAY_MS, HOUR_MS } from '../time.ts';
import type { UsageBucket } from '../usage.ts';
import { Horizon } from './horizon.ts';
import type { LineageSeries } from './series.ts';
import { Teller, type Told } from './teller.ts';
import { Cursor, Timeline } from './timeline.ts';

export type { Told } from './teller.ts';

export interface ReplayOptions {
  readonly profile: Profile;
  readonly pollMs: number;
  /** How long after its end a bucket is published. */
  readonly lagMs: number;
  /** Days and hours; UTC if left out. */
  readonly calendar?: Calendar;
  /** Sections of policy.yml's `detectors`. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** What is found before this instant teaches and is not told. */
  readonly tellFrom?: number;
}

// A detector looks back a day and what was recent before it; yesterday as a whole is told within two hours.
const READ_MS = DAY_MS + RECENT_MS + HOUR_MS;

/** Goes through one lineage's past as a poller would have seen it, and says what people would have been told when. */
export function replay(series: LineageSeries, options: ReplayOptions): readonly Told[] {
  const timeline = new Timeline(series);
  const teller = new Teller(series.key, options.profile);
  if (timeline.streams.length === 0) return teller.told;
  const { pollMs, lagMs, tellFrom = Number.NEGATIVE_INFINITY } = options;
  const horizon = new Horizon(timeline.streams, timeline.widthMs);
  const eye = new Eye(timeline, options);
  const last = dayEnd(timeline.until - 1, options.calendar ?? UTC_CALENDAR) + lagMs;
  let knownBefore = Number.NEGATIVE_INFINITY;
  for (let at = Math.ceil((timeline.from + lagMs) / pollMs) * pollMs; at - pollMs < last; at += pollMs) {
    const knownUntil = horizon.knownAt(at - lagMs);
    if (knownUntil <= knownBefore) continue;
    knownBefore = knownUntil;
    const findings = eye.look(at, knownUntil);
    if (at >= tellFrom) for (const finding of findings) teller.hear(finding, at);
  }
  return teller.told;
}

/** Sees a lineage as it stood at an instant. Asked forward only. */
class Eye {
  readonly #timeline: Timeline;
  readonly #options: ReplayOptions;
  readonly #calendar: Calendar;
  readonly #detectors: readonly BoundDetector[];
  readonly #floorMicroUsd: number;
  readonly #atDayStart: readonly Cursor[];
  readonly #now: readonly Cursor[];
  readonly #before: readonly Cursor[];
  #today = Number.NEGATIVE_INFINITY;
  #tomorrow = Number.NEGATIVE_INFINITY;
  #baseline: Baseline | null = null;

  constructor(timeline: Timeline, options: ReplayOptions) {
    const cursors = () => timeline.streams.map((stream) => new Cursor(stream));
    this.#timeline = timeline;
    this.#options = options;
    this.#calendar = options.calendar ?? UTC_CALENDAR;
    this.#detectors = bindDetectors(options.settings ?? {}).filter(({ occasion }) => occasion === 'usage');
    this.#floorMicroUsd = hourFloor(options.settings ?? {});
    this.#atDayStart = cursors();
    this.#now = cursors();
    this.#before = cursors();
  }

  look(at: number, knownUntil: number): readonly Finding[] {
    if (knownUntil > this.#tomorrow || knownUntil <= this.#today) this.#turnTo(at, knownUntil);
    const glance = this.#glance(knownUntil);
    const awake = this.#detectors.filter((detector) => detector.worthwhile(glance));
    if (awake.length === 0) return NOTHING;
    const input = new Input(this.#timeline, { at, knownUntil, calendar: this.#calendar, glance });
    const findings = awake.flatMap((detector) => detector.detect(input));
    if (findings.length === 0) return NOTHING;
    const baseline = this.#baseline ?? this.#learn(at);
    const past = { curve: this.#timeline.curve, baseline };
    const judged = judge(this.#options.profile, { findings, input, past, floorMicroUsd: this.#floorMicroUsd });
    return judged.toSorted((a, b) => severityRank(b.severity) - severityRank(a.severity));
  }

  /** A new day: what the days before it were is known now. */
  #turnTo(at: number, knownUntil: number): void {
    this.#today = this.#calendar.dayStart(knownUntil - 1);
    this.#tomorrow = dayEnd(this.#today, this.#calendar);
    const baseline = this.#learn(at);
    this.#baseline = baseline.days.length === 0 ? null : baseline;
  }

  #learn(at: number): Baseline {
    const since = this.#today - BASELINE_MS;
    const known = this.#atDayStart
      .filter((cursor) => (cursor.lastBefore(this.#today) ?? Number.NEGATIVE_INFINITY) >= since)
      .map(({ stream }) => stream);
    return learnLazily({
      now: at,
      until: this.#today,
      calendar: this.#calendar,
      curve: this.#timeline.curve,
      leftOut: [],
      known: {
        knownModels: unique(known.map(({ model }) => model)),
        knownEndpoints: unique(known.map(({ endpoint }) => endpoint)),
        knownAddresses: [],
        knownUserAgents: [],
      },
    });
  }

  #glance(knownUntil: number): Glance {
    const { curve } = this.#timeline;
    const recent = this.#now.filter((cursor) => (cursor.lastBefore(knownUntil) ?? 0) >= knownUntil - RECENT_MS);
    let usedBeforeAt: number | null = null;
    for (const cursor of this.#before) {
      const usedAt = cursor.lastBefore(knownUntil - RECENT_MS);
      if (usedAt !== null && (usedBeforeAt === null || usedAt > usedBeforeAt)) usedBeforeAt = usedAt;
    }
    return {
      knownUntil,
      recentMicroUsd: curve.cost(knownUntil - RECENT_MS, knownUntil),
      dayMs: knownUntil - this.#today,
      dayMicroUsd: curve.cost(this.#today, knownUntil),
      dayRequests: curve.countsRequests ? curve.requests(this.#today, knownUntil) : 0,
      recentModels: recent.map(({ stream }) => stream.model),
      recentEndpoints: recent.map(({ stream }) => stream.endpoint),
      usedBeforeAt,
      baseline: this.#baseline,
      caps: [],
      facts: NO_FACTS,
      mayBeOffHours: true,
      hasRecords: false,
    };
  }
}

const NOTHING: readonly Finding[] = [];
const NO_ADDRESSES: DetectorInput['addresses'] = new Map();

/** What a detector may look at; buckets are made where one asks for them. */
class Input implements DetectorInput {
  readonly now: number;
  readonly knownUntil: number;
  readonly completeUntil: number;
  readonly calendar: Calendar;
  readonly baseline: Baseline | null;
  readonly usedBeforeAt: number | null;
  readonly lineage: DetectorInput['lineage'];
  readonly curve: DetectorInput['curve'];
  readonly requests = [];
  readonly addresses = NO_ADDRESSES;
  readonly facts = NO_FACTS;
  readonly events = [];
  readonly caps = [];
  readonly ownRatio = null;
  readonly #timeline: Timeline;
  #usage: readonly UsageBucket[] | null = null;

  constructor(
    timeline: Timeline,
    { at, knownUntil, calendar, glance }: { at: number; knownUntil: number; calendar: Calendar; glance: Glance },
  ) {
    this.#timeline = timeline;
    this.now = at;
    this.knownUntil = knownUntil;
    this.completeUntil = knownUntil;
    this.calendar = calendar;
    this.baseline = glance.baseline;
    this.usedBeforeAt = glance.usedBeforeAt;
    this.lineage = { id: timeline.key, environment: 'unknown', createdAt: timeline.from };
    this.curve = timeline.curve;
  }

  get usage(): readonly UsageBucket[] {
    this.#usage ??= this.#timeline.buckets(this.knownUntil - READ_MS, this.knownUntil);
    return this.#usage;
  }
}

function unique(names: readonly string[]): readonly string[] {
  return names.length < 2 ? names : [...new Set(names)];
}
