import { HOUR_MS, MINUTE_MS } from './calendar.ts';
import { poisson, seedOf, uniform } from './random.ts';
import type { Shape } from './shapes.ts';
import type { LineIdentity, TimeRange, TokenCounts } from './types.ts';

/** One model in a workload: its share of the requests and what an average request looks like. */
export interface LineSpec extends LineIdentity {
  readonly share: number;
  readonly perRequest: TokenCounts;
}

/** Figures per line in the flat arrays below: requests, then the five kinds of tokens. */
export const LINE_WIDTH = 6;

/** A source of requests. It knows nothing of keys: a key carries it for a time, and may be stopped. */
export interface Stream {
  readonly id: string;
  readonly lines: readonly LineIdentity[];
  /** Adds the figures of a range to `out` (lines.length * LINE_WIDTH). Any two adjoining ranges add up exactly. */
  addTo(out: Float64Array, range: TimeRange): void;
  /** True when the whole hour (hours since the epoch) is without a request. */
  isSilent(hourIndex: number): boolean;
}

interface StreamOptions {
  readonly id: string;
  readonly seed: number;
  readonly lines: readonly LineSpec[];
  readonly shape: Shape;
  /** Requests a minute at level 1. */
  readonly requestsPerMinute: number;
}

/** A stream whose figures follow from its seed and the minute alone. */
export function createStream(options: StreamOptions): Stream {
  const { id, lines, shape } = options;
  const seed = seedOf(options.seed, id);
  const lineSeeds = lines.map((_, index) => seedOf(seed, `line ${index}`));
  const width = lines.length * LINE_WIDTH;

  return new MeteredStream({ id, lines, addMinute, levelOf: (hour) => shape.level(hour) });

  function addMinute(out: Float64Array, minute: number, level: number): void {
    const rate = level * options.requestsPerMinute * shape.within(minute);
    if (rate === 0) return;
    for (let base = 0, index = 0; base < width; base += LINE_WIDTH, index += 1) {
      const line = lines[index];
      const lineSeed = lineSeeds[index];
      if (line === undefined || lineSeed === undefined) continue;
      const requests = poisson(rate * line.share, uniform(lineSeed, minute, 1));
      if (requests > 0) addRequests(out, base, { line, requests, jitter: 0.7 + 0.6 * uniform(lineSeed, minute, 2) });
    }
  }
}

/** A stream of a single request, such as a thief's first try. */
export function createProbe(options: { id: string; line: LineSpec; at: number }): Stream {
  const minute = Math.floor(options.at / MINUTE_MS);
  return new MeteredStream({
    id: options.id,
    lines: [options.line],
    levelOf: (hour) => (hour === Math.floor(minute / 60) ? 1 : 0),
    addMinute(out, at) {
      if (at === minute) addRequests(out, 0, { line: options.line, requests: 1, jitter: 1 });
    },
  });
}

interface Requests {
  readonly line: LineSpec;
  readonly requests: number;
  readonly jitter: number;
}

function addRequests(out: Float64Array, base: number, made: Requests): void {
  const scale = made.requests * made.jitter;
  const mix = made.line.perRequest;
  out[base] = (out[base] ?? 0) + made.requests;
  out[base + 1] = (out[base + 1] ?? 0) + Math.round(mix.uncachedInput * scale);
  out[base + 2] = (out[base + 2] ?? 0) + Math.round(mix.cachedRead * scale);
  out[base + 3] = (out[base + 3] ?? 0) + Math.round(mix.cacheWrite5m * scale);
  out[base + 4] = (out[base + 4] ?? 0) + Math.round(mix.cacheWrite1h * scale);
  out[base + 5] = (out[base + 5] ?? 0) + Math.round(mix.output * scale);
}

interface Metered {
  readonly id: string;
  readonly lines: readonly LineIdentity[];
  readonly levelOf: (hour: number) => number;
  readonly addMinute: (out: Float64Array, minute: number, level: number) => void;
}

const SILENT = new Float64Array(0);
const MINUTES = 60;
/** The newest hours are asked for again with every poll. */
const REMEMBERED_HOURS = 48;

class MeteredStream implements Stream {
  readonly id: string;
  readonly lines: readonly LineIdentity[];
  readonly #source: Metered;
  readonly #width: number;
  readonly #hours = new Map<number, Float64Array>();
  /** The figures of each minute of an hour, one after the other. */
  readonly #minutes = new Map<number, Float64Array>();

  constructor(source: Metered) {
    this.id = source.id;
    this.lines = source.lines;
    this.#source = source;
    this.#width = source.lines.length * LINE_WIDTH;
  }

  addTo(out: Float64Array, range: TimeRange): void {
    let at = range.from;
    while (at < range.to) {
      const hour = Math.floor(at / HOUR_MS);
      const end = Math.min((hour + 1) * HOUR_MS, range.to);
      if (end - at === HOUR_MS) addFigures(out, this.#hour(hour));
      else this.#addWithinHour(out, { from: at, to: end }, this.#minutesOf(hour));
      at = end;
    }
  }

  isSilent(hourIndex: number): boolean {
    return this.#hour(hourIndex) === SILENT;
  }

  #hour(hour: number): Float64Array {
    const known = this.#hours.get(hour);
    if (known !== undefined) return known;
    const sums = new Float64Array(this.#width);
    const level = this.#source.levelOf(hour);
    if (level > 0) {
      for (let minute = hour * 60; minute < hour * 60 + 60; minute += 1) this.#source.addMinute(sums, minute, level);
    }
    const kept = sums.some((figure) => figure > 0) ? sums : SILENT;
    this.#hours.set(hour, kept);
    return kept;
  }

  #minutesOf(hour: number): Float64Array {
    const known = this.#minutes.get(hour);
    if (known !== undefined) return known;
    const level = this.#source.levelOf(hour);
    const figures = level === 0 ? SILENT : new Float64Array(MINUTES * this.#width);
    for (let index = 0; level > 0 && index < MINUTES; index += 1) {
      this.#source.addMinute(this.#minuteIn(figures, index), hour * MINUTES + index, level);
    }
    const [oldest] = this.#minutes.keys();
    if (oldest !== undefined && this.#minutes.size >= REMEMBERED_HOURS) this.#minutes.delete(oldest);
    this.#minutes.set(hour, figures);
    return figures;
  }

  #minuteIn(figures: Float64Array, index: number): Float64Array {
    return figures.subarray(index * this.#width, (index + 1) * this.#width);
  }

  #addWithinHour(out: Float64Array, range: TimeRange, figures: Float64Array): void {
    if (figures === SILENT) return;
    let at = range.from;
    while (at < range.to) {
      const minute = Math.floor(at / MINUTE_MS);
      const end = Math.min((minute + 1) * MINUTE_MS, range.to);
      const whole = this.#minuteIn(figures, minute % MINUTES);
      if (end - at === MINUTE_MS) addFigures(out, whole);
      else this.#addPart(out, whole, { from: at / MINUTE_MS - minute, to: end / MINUTE_MS - minute });
      at = end;
    }
  }

  /** The part is given in shares of the minute. */
  #addPart(out: Float64Array, whole: Float64Array, { from, to }: TimeRange): void {
    for (let base = 0; base < this.#width; base += LINE_WIDTH) {
      const requests = whole[base] ?? 0;
      if (requests === 0) continue;
      const before = requestsBefore(requests, from);
      const after = requestsBefore(requests, to);
      for (let i = base; i < base + LINE_WIDTH; i += 1) {
        const figure = whole[i] ?? 0;
        const share = Math.floor((figure * after) / requests) - Math.floor((figure * before) / requests);
        out[i] = (out[i] ?? 0) + share;
      }
    }
  }
}

// The requests of a minute are spread evenly over it, each at the middle of its slot.
function requestsBefore(requests: number, fraction: number): number {
  return Math.min(requests, Math.max(0, Math.ceil(fraction * requests - 0.5)));
}

function addFigures(out: Float64Array, figures: Float64Array): void {
  for (let i = 0; i < figures.length; i += 1) out[i] = (out[i] ?? 0) + (figures[i] ?? 0);
}
