/** Where an address is, as far as a database knows. */
export interface Whereabouts {
  /** ISO 3166-1, two capital letters. */
  readonly country: string | null;
  /** Of the company that rents the machine out; null for what is not known to be rented. */
  readonly hosting: string | null;
}

export const NOWHERE: Whereabouts = { country: null, hosting: null };

/** An address as a number of 32 or 128 bits. */
export interface Address {
  readonly version: 4 | 6;
  readonly value: bigint;
}

export interface AddressRange {
  readonly version: 4 | 6;
  readonly from: bigint;
  readonly to: bigint;
}

const BITS = { 4: 32, 6: 128 } as const;
const IPV4_MAPPED = 0xffffn;
const GROUPS = 8;
const GROUP_BITS = 16n;

/** IPv4 in IPv6 is IPv4. Brackets, a port behind them or behind an IPv4 address, and a zone are left out. Null: none. */
export function parseAddress(text: string): Address | null {
  const trimmed = text.trim();
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(trimmed)?.[1] ?? trimmed;
  const ipv4 = parseIpv4(bare.replace(/^([\d.]+):\d+$/, '$1'));
  if (ipv4 !== null) return { version: 4, value: ipv4 };
  const value = parseIpv6(bare.replace(/%.*$/, ''));
  if (value === null) return null;
  return value >> 32n === IPV4_MAPPED ? { version: 4, value: value & 0xffffffffn } : { version: 6, value };
}

/** One text for each address, so that it can be compared; text that is no address stays as it is. */
export function canonicalAddress(text: string): string {
  const address = parseAddress(text);
  return address === null ? text.trim() : formatAddress(address);
}

export function formatAddress({ version, value }: Address): string {
  if (version === 4) return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 0xffn)).join('.');
  const groups = Array.from({ length: GROUPS }, (_, index) => {
    const shift = GROUP_BITS * BigInt(GROUPS - 1 - index);
    return ((value >> shift) & 0xffffn).toString(16);
  });
  const zeros = groups.join(':').match(/(?:^|:)0(?::0)+(?=:|$)/g) ?? [];
  const longest = zeros.toSorted((a, b) => b.length - a.length)[0];
  return longest === undefined ? groups.join(':') : groups.join(':').replace(longest, '::').replace(/:{3,}/, '::');
}

/** `203.0.113.0/24`, `2001:db8::/32`, or one address. Null: neither. */
export function parseRange(text: string): AddressRange | null {
  const [host = '', length, ...more] = text.split('/');
  const address = parseAddress(host);
  if (address === null || more.length > 0) return null;
  const { version, value } = address;
  const bits = length === undefined ? BITS[version] : /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN;
  if (!(bits <= BITS[version])) return null;
  const size = 1n << BigInt(BITS[version] - bits);
  const from = (value / size) * size;
  return { version, from, to: from + size - 1n };
}

export function isWithin({ version, from, to }: AddressRange, address: Address): boolean {
  return address.version === version && address.value >= from && address.value <= to;
}

const INTERNAL = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '100.64.0.0/10',
  '::1/128',
  'fc00::/7',
  'fe80::/10',
].flatMap((text) => parseRange(text) ?? []);

/** Of a private network, which is nowhere to be looked up. */
export function isInternal(address: Address): boolean {
  return INTERNAL.some((range) => isWithin(range, address));
}

function parseIpv4(text: string): bigint | null {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return null;
  return parts.reduce((value, part) => (value << 8n) | BigInt(part), 0n);
}

function parseIpv6(text: string): bigint | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const [head, tail] = halves.map(groupsOf);
  if (head === undefined || head === null || tail === null) return null;
  const missing = GROUPS - head.length - (tail?.length ?? 0);
  if (tail === undefined ? missing !== 0 : missing < 1) return null;
  const groups = [...head, ...new Array<bigint>(tail === undefined ? 0 : missing).fill(0n), ...(tail ?? [])];
  return groups.reduce((value, group) => (value << GROUP_BITS) | group, 0n);
}

/** The last may be written as IPv4. */
function groupsOf(half: string): readonly bigint[] | null {
  if (half === '') return [];
  const groups: bigint[] = [];
  const parts = half.split(':');
  for (const [index, part] of parts.entries()) {
    const ipv4 = index === parts.length - 1 ? parseIpv4(part) : null;
    if (ipv4 !== null) groups.push(ipv4 >> GROUP_BITS, ipv4 & 0xffffn);
    else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(BigInt(`0x${part}`));
    else return null;
  }
  return groups;
}
