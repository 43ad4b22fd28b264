import { z } from 'zod';
import { type AddressRange, canonicalAddress, isWithin, parseAddress, parseRange } from '../address.ts';
import type { KnownAddress } from '../baseline.ts';
import { type Detector, type DetectorInput, RECENT_MS, type RequestRecord } from '../detector.ts';
import type { Finding } from '../finding.ts';
import type { Sentence } from '../sentence.ts';
import { type Stranger, severityOfStrangers, strangersOf } from '../strangers.ts';
import { plural } from '../time.ts';

const ADDRESSES_NAMED = 3;
const ADDRESSES_KEPT = 20;

const settings = z.strictObject({
  /** Networks that are always known, such as those of your own machines. */
  known_networks: z
    .array(z.string().refine((text) => parseRange(text) !== null, 'is not a network'))
    .default([])
    .describe("a list of networks in quotes such as '10.0.0.0/8' or '2001:db8::/32'"),
});
type Settings = z.infer<typeof settings>;

/** Fires when addresses of a lineage are known and another one calls; worse from a new country or a rented machine. */
export const unknownAddress: Detector<Settings> = {
  id: 'unknown-address',
  title: 'Called from an unknown address',
  historyMs: RECENT_MS,
  settings,
  worthwhile: ({ hasRecords, baseline }) => hasRecords && (baseline?.knownAddresses.length ?? 0) > 0,
  detect(input, { known_networks }) {
    const known = input.baseline?.knownAddresses ?? [];
    if (known.length === 0) return [];
    const networks = known_networks.flatMap((text) => parseRange(text) ?? []);
    const calls = callsFrom(input.requests, new Set(known.map(({ address }) => canonicalAddress(address))), networks);
    return calls.length === 0 ? [] : [findingOf(input, { calls, known })];
  },
};

interface Call extends RequestRecord {
  readonly address: string;
}

/** What came from addresses that are not known, ascending. */
function callsFrom(
  requests: readonly RequestRecord[],
  known: ReadonlySet<string>,
  networks: readonly AddressRange[],
): readonly Call[] {
  const isKnown = (text: string) => {
    const address = known.has(text) ? null : parseAddress(text);
    return known.has(text) || (address !== null && networks.some((network) => isWithin(network, address)));
  };
  const calls = requests.flatMap((record): Call[] => {
    const address = canonicalAddress(record.sourceIp ?? '');
    return address === '' || isKnown(address) ? [] : [{ ...record, address }];
  });
  return calls.sort((a, b) => a.at - b.at || (a.address < b.address ? -1 : 1));
}

interface Found {
  readonly calls: readonly Call[];
  readonly known: readonly KnownAddress[];
}

function findingOf({ lineage, knownUntil, addresses }: DetectorInput, { calls, known }: Found): Finding {
  const countries = new Set(known.flatMap(({ country }) => country ?? []));
  const networks = new Set(known.flatMap(({ network }) => network ?? []));
  const seen = [...new Set(calls.map(({ address }) => address))];
  const named = strangersOf(seen, { countries, networks }, addresses);
  const costMicroUsd = calls.reduce((sum, call) => sum + call.costMicroUsd, 0);
  const startedAt = calls[0]?.at ?? knownUntil;
  return {
    detectorId: unknownAddress.id,
    lineageId: lineage.id,
    keyId: keyOf(calls, named[0]?.address),
    severity: severityOfStrangers(named),
    startedAt,
    observedUntil: Math.max(knownUntil, calls.at(-1)?.at ?? 0),
    costMicroUsd,
    headline: headlineOf(named),
    reason: [
      ...namesOf(named),
      ` made ${plural(calls.length, 'request')} since `,
      { instant: startedAt },
      ', for ',
      { money: costMicroUsd },
      `. It was only known to call from ${knownText(known, countries)}.`,
    ],
    evidence: {
      addresses: named
        .filter(({ address }) => parseAddress(address) !== null)
        .slice(0, ADDRESSES_KEPT)
        .map(({ address }) => address),
      countries: [
        ...new Set(named.flatMap(({ country, isNewCountry }) => (isNewCountry && country !== null ? [country] : []))),
      ],
      hosting: [
        ...new Set(named.flatMap(({ hosting, isNewHosting }) => (isNewHosting && hosting !== null ? [hosting] : []))),
      ],
      requests: calls.length,
      lastSpendAt: calls.filter(({ statusCode }) => statusCode < 400).at(-1)?.at ?? null,
    },
    dedupeKey: `${unknownAddress.id}:${lineage.id}`,
  };
}

function keyOf(calls: readonly Call[], address: string | undefined): string | null {
  return calls.find((call) => call.address === address)?.keyId ?? null;
}

function headlineOf([worst, ...others]: readonly Stranger[]): Sentence {
  const what = others.length > 0 ? 'called from addresses' : 'called from an address';
  if (worst?.isNewCountry) return [`${what} in a country that it never called from`];
  if (worst?.isNewHosting) return [`${what} of a hosting company that it never called from`];
  return [`${what} that it never called from`];
}

function namesOf(strangers: readonly Stranger[]): Sentence {
  const shown = strangers.slice(0, ADDRESSES_NAMED).flatMap((one, index): Sentence => {
    const where = [countryName(one.country), one.hosting].filter((part) => part !== null);
    return [index === 0 ? '' : ', ', { foreign: one.address }, where.length === 0 ? '' : ` (${where.join(', ')})`];
  });
  const more = strangers.length - ADDRESSES_NAMED;
  return [...shown.filter((part) => part !== ''), ...(more > 0 ? [` and ${more} more`] : [])];
}

function knownText(known: readonly KnownAddress[], countries: ReadonlySet<string>): string {
  const where = [...countries].slice(0, ADDRESSES_NAMED).map(countryName).join(', ');
  const count = known.length === 1 ? 'one address' : `${known.length.toLocaleString('en-US')} addresses`;
  return `${count}${where === '' ? '' : ` in ${where}`}`;
}

/** `DE` is no place that people know. */
function countryName(code: string | null): string | null {
  if (code === null || !/^[A-Z]{2}$/.test(code)) return null;
  return new Intl.DisplayNames('en', { type: 'region' }).of(code) ?? code;
}
