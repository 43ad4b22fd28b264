import type { Whereabouts } from '../domain/address.ts';

/** Where addresses are, from what was shipped with the program: nothing is asked outside. */
export interface AddressBook {
  /** By the canonical text of each; opens its databases at the first address that is in no private network. */
  lookUp(addresses: Iterable<string>): ReadonlyMap<string, Whereabouts>;
}
