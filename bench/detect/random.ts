import { normal, poisson, seedOf, uniform } from '../../src/sandbox/world/random.ts';

/** Chance in a fixed order: the same seed always draws the same figures. */
export interface Random {
  /** A stream of its own for a named part, so that a change in one part leaves the others as they were. */
  part(name: string): Random;
  /** Between 0 and 1, both excluded. */
  next(): number;
  between(low: number, high: number): number;
  whole(low: number, high: number): number;
  chance(share: number): boolean;
  normal(): number;
  /** Log-normal with this median and this standard deviation of the logarithm. */
  around(median: number, spread: number): number;
  /** Log-uniform: each doubling is as likely as the next. */
  scale(low: number, high: number): number;
  exponential(mean: number): number;
  /** Heavy-tailed with this mean, cut at `longest`; `tail` above 1, the smaller the heavier. */
  pareto(mean: number, tail: number, longest: number): number;
  poisson(mean: number): number;
  pick<Item>(items: readonly [Item, ...Item[]]): Item;
}

export function createRandom(seed: number): Random {
  let drawn = 0;
  const next = () => {
    drawn += 1;
    return uniform(seed, drawn, 0);
  };
  const between = (low: number, high: number) => low + (high - low) * next();
  return {
    part: (name) => createRandom(seedOf(seed, name)),
    next,
    between,
    whole: (low, high) => low + Math.floor(next() * (high - low + 1)),
    chance: (share) => next() < share,
    normal: () => normal(next()),
    around: (median, spread) => median * Math.exp(spread * normal(next())),
    scale: (low, high) => low * (high / low) ** next(),
    exponential: (mean) => -mean * Math.log(next()),
    pareto: (mean, tail, longest) => Math.min(longest, ((mean * (tail - 1)) / tail) * next() ** (-1 / tail)),
    poisson: (mean) => poisson(mean, next()),
    pick: (items) => items[Math.floor(next() * items.length)] ?? items[0],
  };
}
