/** How late a provider publishes usage and costs. */
export interface Lag {
  /** A request made at t shows from t + lagMs on. */
  readonly lagMs: number;
  /** Times in which it publishes later than that. */
  readonly lagSpells?: readonly LagSpell[];
}

export interface LagSpell {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  readonly lagMs: number;
}

/** Requests from this instant on are not published yet. What is published stays so when the lag grows. */
export function publishedUntil({ lagMs, lagSpells = [] }: Lag, now: number): number {
  const spell = lagSpells.find(({ from, to }) => from <= now && now < to);
  return spell === undefined ? now - lagMs : Math.max(spell.from - lagMs, now - spell.lagMs);
}
