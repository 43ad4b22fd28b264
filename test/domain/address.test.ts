import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  canonicalAddress,
  formatAddress,
  isInternal,
  isWithin,
  parseAddress,
  parseRange,
} from '../../src/domain/address.ts';

test.each([
  ['192.0.2.10', '192.0.2.10'],
  [' 192.0.2.10:443 ', '192.0.2.10'],
  ['::ffff:192.0.2.10', '192.0.2.10'],
  ['2001:0DB8:0:0:0:0:0:1', '2001:db8::1'],
  ['[2001:db8::1]:443', '2001:db8::1'],
  ['fe80::1%eth0', 'fe80::1'],
  ['::', '::'],
  ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
  ['0:0:1::', '0:0:1::'],
  ['192.0.2.256', '192.0.2.256'],
  ['not-an-address', 'not-an-address'],
  ['1::2::3', '1::2::3'],
])('%s is %s', (text, canonical) => {
  expect(canonicalAddress(text)).toBe(canonical);
});

test('what was written can be read again, whatever the address', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }), (value) => {
      const address = { version: 6, value } as const;
      const read = parseAddress(formatAddress(address));
      const isMapped = value >> 32n === 0xffffn;
      expect(read).toEqual(isMapped ? { version: 4, value: value & 0xffffffffn } : address);
    }),
  );
});

test('any text is an address or none, and never a fault', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.ipV4(), fc.ipV6()), (text) => typeof canonicalAddress(text) === 'string'),
  );
  fc.assert(fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => parseAddress(text) !== null));
});

test('a network holds its first and its last address and no other', () => {
  const range = parseRange('10.1.0.0/16') ?? expect.fail('no network');
  const isIn = (text: string) => isWithin(range, parseAddress(text) ?? expect.fail('no address'));

  expect(['10.1.0.0', '10.1.255.255', '10.0.255.255', '10.2.0.0', '::10.1.0.1'].map(isIn)).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
  expect([parseRange('10.0.0.0/33'), parseRange('x/8'), parseRange('10.0.0.0/8/8'), parseRange('::/129')]).toEqual([
    null,
    null,
    null,
    null,
  ]);
});

test('private networks are internal, public ones are not', () => {
  const internal = (text: string) => isInternal(parseAddress(text) ?? expect.fail('no address'));

  expect(['10.0.0.1', '172.31.0.1', '192.168.1.1', '127.0.0.1', 'fd12::1', '::1'].every(internal)).toBe(true);
  expect(['172.32.0.1', '8.8.8.8', '2001:db8::1'].some(internal)).toBe(false);
});
