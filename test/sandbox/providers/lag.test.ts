import { describe, expect, it } from 'vitest';
import { publishedUntil } from '../../../src/sandbox/providers/index.ts';

const minutes = (count: number): number => count * 60_000;

describe('how far a stand-in has published', () => {
  const lag = { lagMs: minutes(5), lagSpells: [{ from: minutes(90), to: minutes(240), lagMs: minutes(40) }] };

  it.each([
    ['as ever before a spell', 89, 84],
    ['no further while the spell grows, and nothing is taken back', 90, 85],
    ['not a minute more until the longer lag is reached', 125, 85],
    ['by the longer lag from then on', 130, 90],
    ['by the longer lag to the last minute', 239, 199],
    ['all that was held back when the spell ends', 240, 235],
  ])('%s', (_, now, until) => {
    expect(publishedUntil(lag, minutes(now))).toBe(minutes(until));
  });

  it('is the plain lag without spells', () => {
    expect(publishedUntil({ lagMs: minutes(5) }, minutes(10))).toBe(minutes(5));
  });
});
