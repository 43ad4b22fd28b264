import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countingIds, createIds, systemIds } from '../../src/system/ids.ts';

const NOW = Date.UTC(2026, 7, 1);
const bytes = (value: number) => (size: number) => new Uint8Array(size).fill(value);

describe('ids', () => {
  test('are a prefix and 26 digits of Crockford’s alphabet', () => {
    expect(systemIds.next('alert')).toMatch(/^alert_[0-9A-HJKMNP-TV-Z]{26}$/);
  });

  test('begin with the time in base 32', () => {
    const id = createIds({ now: () => NOW, random: bytes(0) }).next('a');
    const decoded = [...id.slice(2, 12)].reduce(
      (sum, digit) => sum * 32 + '0123456789ABCDEFGHJKMNPQRSTVWXYZ'.indexOf(digit),
      0,
    );

    expect(decoded).toBe(NOW);
  });

  test('never repeat and always rise, whatever the clock does', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2 ** 48 - 1 }), { minLength: 2 }), fc.nat(255), (times, byte) => {
        const clock = times.values();
        const ids = createIds({ now: () => clock.next().value ?? 0, random: bytes(byte) });
        const made = times.map(() => ids.next('x'));

        expect(made).toEqual([...new Set(made)].sort());
      }),
    );
  });

  test('rise within a millisecond through a carry', () => {
    let first = true;
    const random = (size: number) => {
      const chance = new Uint8Array(size).fill(first ? 31 : 0);
      first = false;
      return chance;
    };
    const ids = createIds({ now: () => NOW, random });
    const [a, b] = [ids.next('x'), ids.next('x')];

    expect(a.slice(-16)).toBe('FZZZZZZZZZZZZZZZ');
    expect(b.slice(-16)).toBe('G000000000000000');
    expect(b.slice(0, -16)).toBe(a.slice(0, -16));
  });

  test('use all of their chance: a thousand in one process are a thousand', () => {
    expect(
      new Set(
        Array.from({ length: 1000 }, () =>
          createIds({ now: () => NOW, random: (size) => crypto.getRandomValues(new Uint8Array(size)) }).next('x'),
        ),
      ).size,
    ).toBe(1000);
  });
});

describe('counting ids', () => {
  test('count for each prefix, the same in every run', () => {
    const run = () => {
      const ids = countingIds();
      return [ids.next('key'), ids.next('alert'), ids.next('key')];
    };

    expect(run()).toEqual(['key_00000001', 'alert_00000001', 'key_00000002']);
    expect(run()).toEqual(run());
  });

  test('go on from where an earlier run ended', () => {
    expect(countingIds({ key: 41 }).next('key')).toBe('key_00000042');
  });

  test('sort by the order of making', () => {
    const ids = countingIds();
    const made = Array.from({ length: 200 }, () => ids.next('x'));

    expect([...made].sort()).toEqual(made);
  });
});
