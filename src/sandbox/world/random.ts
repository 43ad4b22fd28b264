const TWO_32 = 4_294_967_296;

/** A 32-bit hash of a seed and two positions: the same three numbers always give the same figure, in any order. */
export function hash(seed: number, a: number, b: number): number {
  let x = seed ^ Math.imul(a | 0, 0x9e3779b1) ^ Math.imul(Math.floor(a / TWO_32) | 0, 0x632be5ab);
  x = finish(x);
  x = finish(x ^ Math.imul(b | 0, 0x85ebca77) ^ 0x27d4eb2f);
  return x;
}

/** A seed for a named thing (a key, a workload) out of the world's seed. */
export function seedOf(seed: number, name: string): number {
  let x = finish(seed ^ 0x2545f491);
  for (let i = 0; i < name.length; i += 1) x = finish(x ^ Math.imul(name.charCodeAt(i) + i, 0x9e3779b1));
  return x;
}

/** A number strictly between 0 and 1. */
export function uniform(seed: number, a: number, b: number): number {
  return (hash(seed, a, b) + 0.5) / TWO_32;
}

/** A standard normal figure out of one uniform one (rational approximation, good to about 1e-3). */
export function normal(u: number): number {
  const tail = u < 0.5 ? u : 1 - u;
  const t = Math.sqrt(-2 * Math.log(tail));
  const z = t - (2.30753 + 0.27061 * t) / (1 + 0.99229 * t + 0.04481 * t * t);
  return u < 0.5 ? -z : z;
}

/** A count with the mean `mean`, out of one uniform figure. */
export function poisson(mean: number, u: number): number {
  if (mean <= 0) return 0;
  if (mean > 12) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(u)));
  let term = Math.exp(-mean);
  let sum = term;
  let count = 0;
  while (u > sum && count < 60) {
    count += 1;
    term *= mean / count;
    sum += term;
  }
  return count;
}

/** Standard normal noise that changes smoothly over `period` steps, so that neighbours resemble each other. */
export function smooth(seed: number, position: number, period: number): number {
  const cell = Math.floor(position / period);
  const t = position / period - cell;
  const left = normal(uniform(seed, cell, period));
  const right = normal(uniform(seed, cell + 1, period));
  return (left * (1 - t) + right * t) / Math.sqrt((1 - t) ** 2 + t ** 2);
}

/** `length` letters and digits that follow from the seed and the name: for made-up ids and key hints. */
export function idText(seed: number, name: string, length: number): string {
  const alphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789';
  const own = seedOf(seed, name);
  return Array.from({ length }, (_, i) => alphabet[hash(own, i, 7) % alphabet.length]).join('');
}

function finish(value: number): number {
  let x = value;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}
