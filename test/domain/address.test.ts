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
  ['0:0:1:0:0:1:0:0', '::1:0:0:1:0:0'],
  ['0::ffff:c000:20a', '192.0.2.10'],
  ['[::ffff:192.0.2.10]:443', '192.0.2.10'],
  ['::192.0.2.10', '::c000:20a'],
  ['192.000.002.010', '192.0.2.10'],
  ['192.0.2', '192.0.2'],
  ['3221225994', '3221225994'],
  ['0xc0.0.2.10', '0xc0.0.2.10'],
  ['192.0.2.10::', '192.0.2.10::'],
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

test.each([
  ['10.1.2.3/16', '10.1.0.0', '10.1.255.255'],
  ['192.0.2.10', '192.0.2.10', '192.0.2.10'],
  ['0.0.0.0/0', '0.0.0.0', '255.255.255.255'],
  [' ::ffff:10.1.2.3/31', '10.1.2.2', '10.1.2.3'],
  ['2001:db8::1/47', '2001:db8::', '2001:db8:1:ffff:ffff:ffff:ffff:ffff'],
])('%s is from %s to %s', (text, from, to) => {
  const range = parseRange(text) ?? expect.fail('no network');

  expect([range.from, range.to].map((value) => formatAddress({ version: range.version, value }))).toEqual([from, to]);
});

test.each(['10.0.0.0/', '10.0.0.0/-1', '10.0.0.0/x', '::ffff:10.0.0.0/104', '10.0/16', '/8'])(
  '%s is no network',
  (text) => {
    expect(parseRange(text)).toBeNull();
  },
);

test.each([
  ['10.0.0.0', '10.255.255.255'],
  ['172.16.0.0', '172.31.255.255'],
  ['192.168.0.0', '192.168.255.255'],
  ['127.0.0.0', '127.255.255.255'],
  ['169.254.0.0', '169.254.255.255'],
  ['100.64.0.0', '100.127.255.255'],
  ['::1', '::1'],
  ['fc00::', 'fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['fe80::', 'febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
])('from %s to %s addresses are internal, those before and after are not', (first, last) => {
  const [from, to] = [first, last].map((text) => parseAddress(text) ?? expect.fail('no address'));
  if (from === undefined || to === undefined) throw new Error('no network');

  expect([from, to, { ...from, value: from.value - 1n }, { ...to, value: to.value + 1n }].map(isInternal)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test('public addresses, those for examples and mapped ones are where they are', () => {
  const internal = (text: string) => isInternal(parseAddress(text) ?? expect.fail('no address'));

  expect(['8.8.8.8', '192.0.2.1', '2001:db8::1', '::ffff:8.8.8.8', '64:ff9b::10.0.0.1'].some(internal)).toBe(false);
  expect(internal('::ffff:10.0.0.1')).toBe(true);
});
