import { HOUR_MS, MINUTE_MS } from './calendar.ts';
import { CapLedger } from './caps.ts';
import type { PriceBook } from './prices.ts';
import { present, type Roster } from './roster.ts';
import type { Source, Traffic } from './traffic.ts';
import type { TimeRange, UsageLine, WorldScope } from './types.ts';

export type KeyRange = TimeRange & { readonly keyId: string };

export interface CapView {
  readonly microUsd: number;
  readonly setAt: number;
  /** True while the scope's traffic is refused. */
  readonly blocking: boolean;
}

interface SpendingOptions {
  readonly roster: Roster;
  readonly traffic: Traffic;
  readonly prices: PriceBook;
  readonly scopes: readonly WorldScope[];
  readonly capOvershootMs: number;
}

/** What the keys really used and spent: their traffic, less what stopped keys and caps refused. */
export class Spending {
  readonly #options: SpendingOptions;
  readonly #ledgers = new Map<string, CapLedger>();

  constructor(options: SpendingOptions) {
    this.#options = options;
    for (const scope of options.scopes) {
      const spend = (range: TimeRange): number => this.#uncapped(scope.id, range);
      this.#ledgers.set(scope.id, new CapLedger({ spend, overshootMs: options.capOvershootMs }));
    }
  }

  lines(range: KeyRange, source?: Source): UsageLine[] {
    return this.#options.traffic.lines(range.keyId, this.#served(range), source);
  }

  /** Micro-USD, rounded once. */
  burned(range: KeyRange, source?: Source): number {
    const { prices } = this.#options;
    return Math.round(this.lines(range, source).reduce((sum, line) => sum + prices.cost(line), 0));
  }

  /** Requests of the company's own that were made with a key that was stopped or whose scope had spent its cap. */
  refused(range: KeyRange): number {
    const made = this.#options.traffic.lines(range.keyId, [range], 'own');
    return requestsOf(made) - requestsOf(this.lines(range, 'own'));
  }

  /** Start of the minute of the last request before `until`. */
  lastUsedAt(keyId: string, until: number): number | undefined {
    let before = until;
    for (;;) {
      const hour = this.#options.traffic.lastBusyHour(keyId, before);
      if (hour === undefined) return undefined;
      for (let from = hour + HOUR_MS - MINUTE_MS; from >= hour; from -= MINUTE_MS) {
        const to = Math.min(from + MINUTE_MS, until);
        if (from < to && this.lines({ keyId, from, to }).length > 0) return from;
      }
      before = hour;
    }
  }

  setCap(scopeId: string, at: number, microUsd: number | undefined): void {
    this.#ledger(scopeId).set(at, microUsd);
  }

  capOf(scopeId: string, at: number): CapView | undefined {
    const ledger = this.#ledger(scopeId);
    const microUsd = ledger.capAt(at);
    const setAt = ledger.setAt(at);
    if (microUsd === undefined || setAt === undefined) return undefined;
    const blocking = ledger.blocked(at + 1).some((range) => range.from <= at && at < range.to);
    return { microUsd, setAt, blocking };
  }

  /** The keys of the scope, or what they may do, changed. */
  invalidate(scopeId: string): void {
    this.#ledger(scopeId).invalidate();
  }

  #served(range: KeyRange): readonly TimeRange[] {
    const { roster } = this.#options;
    const working = roster.lifeOf(range.keyId).working(range);
    const blocked = this.#ledger(roster.keyOf(range.keyId).scopeId).blocked(range.to);
    return blocked.length === 0 ? working : subtract(working, blocked);
  }

  #uncapped(scopeId: string, range: TimeRange): number {
    const { roster, traffic, prices } = this.#options;
    const lines = roster
      .all()
      .filter((key) => key.scopeId === scopeId)
      .flatMap((key) => traffic.lines(key.id, roster.lifeOf(key.id).working(range)));
    return lines.reduce((sum, line) => sum + prices.cost(line), 0);
  }

  #ledger(scopeId: string): CapLedger {
    return present(this.#ledgers.get(scopeId), `no scope ${scopeId}`);
  }
}

function requestsOf(lines: readonly UsageLine[]): number {
  return lines.reduce((sum, { requests }) => sum + requests, 0);
}

function subtract(ranges: readonly TimeRange[], holes: readonly TimeRange[]): TimeRange[] {
  return ranges.flatMap((range) => {
    const parts: TimeRange[] = [];
    let from = range.from;
    for (const hole of holes) {
      if (hole.to <= from || hole.from >= range.to) continue;
      if (hole.from > from) parts.push({ from, to: hole.from });
      from = hole.to;
    }
    if (from < range.to) parts.push({ from, to: range.to });
    return parts;
  });
}
