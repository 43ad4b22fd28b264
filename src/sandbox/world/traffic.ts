import { DAY_MS, HOUR_MS, HOURS_PER_MONTH, MINUTE_MS } from './calendar.ts';
import type { PriceBook } from './prices.ts';
import { seedOf } from './random.ts';
import { createShape, type Shape, type ShapeSpec } from './shapes.ts';
import { createProbe, createStream, LINE_WIDTH, type LineSpec, type Stream } from './stream.ts';
import type { LineIdentity, TimeRange, UsageLine, WorldLeak } from './types.ts';
import { probeLine, stolenLine, type Workload } from './workloads.ts';

/** `forgotten`: a consumer of our own of which nobody knows, so that it is not redeployed. */
export type Source = 'own' | 'forgotten' | 'stolen';

interface Assignment {
  readonly stream: Stream;
  readonly source: Source;
  readonly from: number;
  to: number;
}

interface WorkloadSpan {
  readonly since: number;
  readonly source: 'own' | 'forgotten';
}

interface TrafficOptions {
  readonly seed: number;
  readonly startAt: number;
  readonly prices: PriceBook;
}

const CALIBRATION_HOURS = 720;
const THEFT: ShapeSpec = { rhythm: 'steady', silent: 0, days: 0, hours: 0.06, bursts: 0, clumps: 1 };

/** Which streams of requests ran over which key, and when; it knows nothing of suspended keys or caps. */
export class Traffic {
  readonly #options: TrafficOptions;
  readonly #assignments = new Map<string, Assignment[]>();

  constructor(options: TrafficOptions) {
    this.#options = options;
  }

  addWorkload(keyId: string, workload: Workload, { since, source }: WorkloadSpan): void {
    const { seed, startAt } = this.#options;
    const days = workload.untilDaysBefore;
    const to = days === undefined ? Number.POSITIVE_INFINITY : startAt - days * DAY_MS;
    const shape = createShape(workload.shape, seedOf(seed, `shape ${keyId}`));
    const level = meanLevel(shape, Math.floor(Math.min(to, startAt) / HOUR_MS));
    const microUsdPerMinute = (workload.usdPerMonth * 1_000_000) / HOURS_PER_MONTH / 60;
    const requestsPerMinute = level === 0 ? 0 : microUsdPerMinute / level / this.#meanCost(workload.lines);
    const stream = createStream({ id: `${source} ${keyId}`, seed, lines: workload.lines, shape, requestsPerMinute });
    this.#assign(keyId, { stream, source, from: since, to });
  }

  addLeak(leak: WorldLeak): void {
    const { seed } = this.#options;
    const id = `stolen ${leak.keyId} ${leak.startedAt}`;
    const lines = [stolenLine(leak.provider, leak.model)];
    const shape = createShape(THEFT, seedOf(seed, id));
    const requestsPerMinute = (leak.usdPerHour * 1_000_000) / 60 / this.#meanCost(lines);
    const stream = createStream({ id, seed, lines, shape, requestsPerMinute });
    this.#assign(leak.keyId, { stream, source: 'stolen', from: leak.startedAt, to: leak.endsAt });
    if (leak.firstProbeAt === undefined) return;
    const probe = createProbe({ id: `probe ${id}`, line: probeLine(leak.provider, leak.model), at: leak.firstProbeAt });
    const from = Math.floor(leak.firstProbeAt / MINUTE_MS) * MINUTE_MS;
    this.#assign(leak.keyId, { stream: probe, source: 'stolen', from, to: from + MINUTE_MS });
  }

  /** Moves the key's own streams to another key from `at` on, as a redeployed consumer does. */
  move({ fromKeyId, toKeyId, at }: { fromKeyId: string; toKeyId: string; at: number }): void {
    for (const assignment of this.#of(fromKeyId)) {
      if (assignment.source !== 'own' || assignment.to <= at) continue;
      const from = Math.max(assignment.from, at);
      this.#assign(toKeyId, { ...assignment, from });
      assignment.to = from;
    }
  }

  /** Usage in the given ranges, one line per model, endpoint and variant. */
  lines(keyId: string, ranges: readonly TimeRange[], source?: Source): UsageLine[] {
    const merged = new Map<string, UsageLine>();
    for (const assignment of this.#of(keyId)) {
      if (source !== undefined && assignment.source !== source) continue;
      const out = new Float64Array(assignment.stream.lines.length * LINE_WIDTH);
      for (const range of ranges) assignment.stream.addTo(out, overlap(range, assignment));
      assignment.stream.lines.forEach((line, index) => {
        mergeLine(merged, readLine(line, out, index * LINE_WIDTH));
      });
    }
    return [...merged.values()];
  }

  /** Start of the last hour before `until` in which requests were made, if any. */
  lastBusyHour(keyId: string, until: number): number | undefined {
    let latest: number | undefined;
    for (const assignment of this.#of(keyId)) {
      const first = Math.floor(assignment.from / HOUR_MS);
      let hour = Math.floor((Math.min(assignment.to, until) - 1) / HOUR_MS);
      while (hour >= first && assignment.stream.isSilent(hour)) hour -= 1;
      if (hour >= first && (latest === undefined || hour * HOUR_MS > latest)) latest = hour * HOUR_MS;
    }
    return latest;
  }

  #of(keyId: string): readonly Assignment[] {
    return this.#assignments.get(keyId) ?? [];
  }

  #assign(keyId: string, assignment: Assignment): void {
    this.#assignments.set(keyId, [...this.#of(keyId), assignment]);
  }

  #meanCost(specs: readonly LineSpec[]): number {
    const { prices } = this.#options;
    return specs.reduce(
      (sum, spec) => sum + spec.share * prices.cost({ ...spec, tokens: spec.perRequest, requests: 1 }),
      0,
    );
  }
}

// The month before the story is what the workload's monthly bill is measured on.
function meanLevel(shape: Shape, endHour: number): number {
  let sum = 0;
  for (let hour = endHour - CALIBRATION_HOURS; hour < endHour; hour += 1) sum += shape.expected(hour);
  return sum / CALIBRATION_HOURS;
}

function overlap(range: TimeRange, other: TimeRange): TimeRange {
  return { from: Math.max(range.from, other.from), to: Math.min(range.to, other.to) };
}

function readLine(line: LineIdentity, out: Float64Array, base: number): UsageLine {
  const { provider, model, endpoint, variant } = line;
  const tokens = {
    uncachedInput: out[base + 1] ?? 0,
    cachedRead: out[base + 2] ?? 0,
    cacheWrite5m: out[base + 3] ?? 0,
    cacheWrite1h: out[base + 4] ?? 0,
    output: out[base + 5] ?? 0,
  };
  return { provider, model, endpoint, variant, tokens, requests: out[base] ?? 0 };
}

function mergeLine(merged: Map<string, UsageLine>, line: UsageLine): void {
  if (line.requests === 0) return;
  const { variant } = line;
  const name = `${line.endpoint} ${line.model} ${variant.batch} ${variant.serviceTier} ${variant.contextWindow}`;
  const known = merged.get(name);
  merged.set(name, known === undefined ? line : addLines(known, line));
}

function addLines(a: UsageLine, b: UsageLine): UsageLine {
  const tokens = {
    uncachedInput: a.tokens.uncachedInput + b.tokens.uncachedInput,
    cachedRead: a.tokens.cachedRead + b.tokens.cachedRead,
    cacheWrite5m: a.tokens.cacheWrite5m + b.tokens.cacheWrite5m,
    cacheWrite1h: a.tokens.cacheWrite1h + b.tokens.cacheWrite1h,
    output: a.tokens.output + b.tokens.output,
  };
  return { ...a, tokens, requests: a.requests + b.requests };
}
