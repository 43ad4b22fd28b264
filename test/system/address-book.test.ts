import { expect, test } from 'vitest';
import { openAddressBook } from '../../src/system/address-book.ts';

const book = openAddressBook();

test('an address has a country, and a company where it is rented out', () => {
  const found = book.lookUp(['8.8.8.8', '88.198.0.1', '212.58.244.20', '2a01:4f8::1', '[2001:4860:4860:0::8888]:443']);

  expect(Object.fromEntries(found)).toEqual({
    '8.8.8.8': { country: 'US', hosting: null },
    '88.198.0.1': { country: 'DE', hosting: 'Hetzner' },
    '212.58.244.20': { country: 'GB', hosting: null },
    '2a01:4f8::1': { country: 'DE', hosting: 'Hetzner' },
    '2001:4860:4860::8888': { country: 'US', hosting: expect.anything() },
  });
});

test('what is in a private network, or is no address, is nowhere', () => {
  const found = book.lookUp(['10.1.2.3', '::1', 'fd00::1', '100.64.0.1', 'unknown', '']);

  expect([...found.values()].every(({ country, hosting }) => country === null && hosting === null)).toBe(true);
  expect(found.size).toBe(6);
});
