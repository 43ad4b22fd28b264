import { randomBytes } from 'node:crypto';
import type { Ids } from '../ports/ids.ts';

export interface IdOptions {
  readonly now: () => number;
  /** Bytes of chance; five bits of each are used. */
  readonly random: (size: number) => Uint8Array;
}

// Crockford's alphabet: sorts like the number it stands for, and has no I, L, O or U to misread.
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const TIME_DIGITS = 10;
const CHANCE_DIGITS = 16;
const COUNT_DIGITS = 8;

export const systemIds: Ids = createIds({ now: () => Date.now(), random: randomBytes });

/** Ids that sort by the time of their making, also within one millisecond and when the clock steps back. */
export function createIds({ now, random }: IdOptions): Ids {
  let lastAt = -1;
  let digits: readonly number[] = [];
  return {
    next(prefix) {
      const at = now();
      const next = at > lastAt ? undefined : plusOne(digits);
      // The first digit starts in the lower half, which leaves room to count up from.
      digits = next ?? Array.from(random(CHANCE_DIGITS), (byte, index) => byte & (index === 0 ? 15 : 31));
      lastAt = next === undefined ? Math.max(at, lastAt + 1) : lastAt;
      return `${prefix}_${timeText(lastAt)}${digits.map(letter).join('')}`;
    },
  };
}

/** The same ids in every run: each prefix counts from its own start. For the sandbox and tests. */
export function countingIds(prefixes: Readonly<Record<string, number>> = {}): Ids {
  const counts = new Map(Object.entries(prefixes));
  return {
    next(prefix) {
      const count = (counts.get(prefix) ?? 0) + 1;
      counts.set(prefix, count);
      return `${prefix}_${String(count).padStart(COUNT_DIGITS, '0')}`;
    },
  };
}

function timeText(at: number): string {
  let rest = at;
  let text = '';
  for (let index = 0; index < TIME_DIGITS; index += 1) {
    text = letter(rest % 32) + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

/** Undefined when all digits are at their highest. */
function plusOne(digits: readonly number[]): readonly number[] | undefined {
  const place = digits.findLastIndex((digit) => digit < 31);
  if (place === -1) return undefined;
  return digits.map((digit, index) => (index < place ? digit : index === place ? digit + 1 : 0));
}

function letter(digit: number): string {
  return ALPHABET.charAt(digit);
}
