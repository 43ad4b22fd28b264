import { type Secret, scrubSecrets } from './secret.ts';

export type Scrub = (text: string) => string;

const MASK = '[secret]';
// A shorter value is no real key, and replacing it would garble every message.
const MIN_EXACT = 6;

/** Removes the given secrets by value, then everything that looks like a credential. */
export function createScrub(secrets: readonly Secret[]): Scrub {
  return (text) => {
    let scrubbed = text;
    for (const secret of secrets) {
      const value = secret.reveal();
      if (value.length >= MIN_EXACT) scrubbed = scrubbed.replaceAll(value, MASK);
    }
    return scrubSecrets(scrubbed);
  };
}
