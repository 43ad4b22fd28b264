import ipaddr from 'ipaddr.js';

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

type Ip = ipaddr.IPv4 | ipaddr.IPv6;

const BYTES = { 4: 4, 6: 16 } as const;
const BYTE_BITS = 8n;
const INTERNAL: ReadonlySet<string> = new Set(['private', 'loopback', 'linkLocal', 'carrierGradeNat', 'uniqueLocal']);

/** IPv4 in IPv6 is IPv4. Brackets, a port behind them or behind an IPv4 address, and a zone are left out. Null: none. */
export function parseAddress(text: string): Address | null {
  const ip = readIp(text);
  return ip === null ? null : addressOf(ip);
}

/** One text for each address, so that it can be compared; text that is no address stays as it is. */
export function canonicalAddress(text: string): string {
  return readIp(text)?.toString() ?? text.trim();
}

export function formatAddress(address: Address): string {
  return ipOf(address).toString();
}

/** `203.0.113.0/24`, `2001:db8::/32`, or one address. Null: neither. */
export function parseRange(text: string): AddressRange | null {
  const [host = '', ...lengths] = text.split('/');
  const ip = readIp(host);
  if (ip === null) return null;
  const { version, value } = addressOf(ip);
  if (lengths.length === 0) return { version, from: value, to: value };
  const family = version === 4 ? ipaddr.IPv4 : ipaddr.IPv6;
  const cidr = [ip, ...lengths].join('/');
  if (!family.isValidCIDR(cidr)) return null;
  const [from, to] = [family.networkAddressFromCIDR(cidr), family.broadcastAddressFromCIDR(cidr)];
  return { version, from: addressOf(from).value, to: addressOf(to).value };
}

export function isWithin({ version, from, to }: AddressRange, address: Address): boolean {
  return address.version === version && address.value >= from && address.value <= to;
}

/** Of a private network, which is nowhere to be looked up. */
export function isInternal(address: Address): boolean {
  return INTERNAL.has(ipOf(address).range());
}

function readIp(text: string): Ip | null {
  const trimmed = text.trim();
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(trimmed)?.[1] ?? trimmed;
  const ipv4 = bare.replace(/^([\d.]+):\d+$/, '$1');
  // Logs pad with zeros; the library would take what is padded for octal.
  const unpadded = /^\d{1,3}(?:\.\d{1,3}){3}$/.test(ipv4) ? ipv4.replace(/\b0+(?=\d)/g, '') : ipv4;
  if (ipaddr.IPv4.isValidFourPartDecimal(unpadded)) return ipaddr.IPv4.parse(unpadded);
  // `::192.0.2.1` is an address of IPv6, which the library takes for `::ffff:192.0.2.1`.
  const ipv6 = bare.replace(/%.*$/, '').replace(/^::(?=\d+\.)/, '0::');
  return ipaddr.IPv6.isValid(ipv6) ? ipaddr.process(ipv6) : null;
}

function addressOf(ip: Ip): Address {
  const value = ip.toByteArray().reduce((sum, byte) => (sum << BYTE_BITS) | BigInt(byte), 0n);
  return { version: ip.kind() === 'ipv4' ? 4 : 6, value };
}

function ipOf({ version, value }: Address): Ip {
  const last = BYTES[version] - 1;
  const bytes = Array.from({ length: last + 1 }, (_, index) => (value >> (BigInt(last - index) * BYTE_BITS)) & 0xffn);
  return ipaddr.fromByteArray(bytes.map(Number));
}
