import { NOWHERE, type Whereabouts } from './address.ts';
import type { Severity } from './finding.ts';

/** An address that a key was never called from, and what is new about where it is. */
export interface Stranger {
  readonly address: string;
  readonly country: string | null;
  readonly hosting: string | null;
  readonly isNewCountry: boolean;
  readonly isNewHosting: boolean;
}

/** Where the known addresses are; a country is new only to those of which any is known. */
export interface KnownPlaces {
  readonly countries: ReadonlySet<string>;
  readonly networks: ReadonlySet<string>;
}

/** The worst first: what is named is what it is about. */
export function strangersOf(
  addresses: readonly string[],
  { countries, networks }: KnownPlaces,
  book: ReadonlyMap<string, Whereabouts>,
): readonly Stranger[] {
  const strangers = addresses.map((address): Stranger => {
    const { country, hosting } = book.get(address) ?? NOWHERE;
    const isNewCountry = country !== null && countries.size > 0 && !countries.has(country);
    return { address, country, hosting, isNewCountry, isNewHosting: hosting !== null && !networks.has(hosting) };
  });
  return [...strangers.filter(isFar), ...strangers.filter((one) => !isFar(one))];
}

/** From another country, or from a rented machine, it is hardly a colleague. */
export function severityOfStrangers(strangers: readonly Stranger[]): Severity {
  return strangers.some(isFar) ? 'critical' : 'high';
}

function isFar({ isNewCountry, isNewHosting }: Stranger): boolean {
  return isNewCountry || isNewHosting;
}
