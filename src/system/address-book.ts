import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type CountryResponse, Reader } from 'mmdb-lib';
import {
  type Address,
  type AddressRange,
  canonicalAddress,
  formatAddress,
  isInternal,
  isWithin,
  NOWHERE,
  parseAddress,
  type Whereabouts,
} from '../domain/address.ts';
import type { AddressBook } from '../ports/address-book.ts';

const COUNTRIES = '@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb';
const HOSTING = new URL('./data/hosting-networks.txt', import.meta.url);

interface HostingRange extends AddressRange {
  readonly company: string;
}

interface Databases {
  readonly countries: { get(address: string): unknown };
  /** By version, ascending; ranges do not overlap. */
  readonly hosting: Readonly<Record<Address['version'], readonly HostingRange[]>>;
}

/** Countries from a database in a package, companies from a list; about 10 MB, and none of it before the first address. */
export function openAddressBook(): AddressBook {
  let opened: Databases | null = null;
  const databases = () => {
    opened ??= { countries: openCountries(), hosting: readHosting(readFileSync(HOSTING, 'utf8')) };
    return opened;
  };
  return {
    lookUp: (addresses) => new Map([...addresses].map((text) => [canonicalAddress(text), whereIs(databases, text)])),
  };
}

function whereIs(databases: () => Databases, text: string): Whereabouts {
  const address = parseAddress(text);
  if (address === null || isInternal(address)) return NOWHERE;
  const { countries, hosting } = databases();
  const row = countries.get(formatAddress(address));
  const country = typeof row === 'object' && row !== null ? Reflect.get(row, 'country_code') : null;
  return {
    country: typeof country === 'string' && country !== '' ? country : null,
    hosting: companyOf(hosting[address.version], address),
  };
}

function openCountries(): Databases['countries'] {
  const path = createRequire(import.meta.url).resolve(COUNTRIES);
  return new Reader<CountryResponse>(readFileSync(path));
}

function readHosting(text: string): Databases['hosting'] {
  const ranges = text.split('\n').flatMap((line) => {
    const [company = '', networks = ''] = line.split('\t');
    return line.startsWith('#') ? [] : networks.split(' ').flatMap((network) => rangeOf(company, network));
  });
  const ascending = ranges.sort((a, b) => (a.from < b.from ? -1 : 1));
  return { 4: ascending.filter(({ version }) => version === 4), 6: ascending.filter(({ version }) => version === 6) };
}

function rangeOf(company: string, network: string): readonly HostingRange[] {
  const [from, to] = network.split('-').map(parseAddress);
  return from && to ? [{ version: from.version, from: from.value, to: to.value, company }] : [];
}

function companyOf(ranges: readonly HostingRange[], address: Address): string | null {
  let low = 0;
  let high = ranges.length - 1;
  while (low <= high) {
    const middle = Math.floor((low + high) / 2);
    const range = ranges[middle];
    if (range === undefined) return null;
    if (isWithin(range, address)) return range.company;
    if (address.value < range.from) high = middle - 1;
    else low = middle + 1;
  }
  return null;
}
