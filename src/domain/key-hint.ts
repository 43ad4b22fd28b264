import { looksLikeSecret } from './secret.ts';

const HINT_MAX = 40;
// Beginning and end of a key are shorter than this; so is no key.
const SHOWN_MAX = 20;
const RUN_MAX = 16;
/** No credential is shorter: most cells need no closer look. */
const KEY_MIN = 12;
// Keys of providers without a prefix of their own: 32 characters and more, letters and digits mixed.
const NAKED_KEY = /(?<![A-Za-z0-9])(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{32,}(?![A-Za-z0-9])/;

export const PASTED_KEY =
  'This is a whole key. It was not stored and is shown nowhere, but it has left its place: rotate it at its provider. A hint is its beginning and its last four, such as sk-ab…9f2a.';

/** Whether a text has a whole key in it, also of a provider whose keys look like nothing in particular. */
export function holdsKey(text: string): boolean {
  return text.length >= KEY_MIN && (looksLikeSecret(text) || NAKED_KEY.test(text));
}

/** What is wrong with what somebody typed as a key's hint; null where nothing is. A whole key is never a hint. */
export function hintFault(text: string): string | null {
  const hint = text.trim();
  if (holdsKey(hint)) return PASTED_KEY;
  const shown = hint.replace(/[^\p{L}\p{N}]/gu, '');
  const longest = Math.max(0, ...hint.split(/[^\p{L}\p{N}_-]+/u).map((run) => run.length));
  if (shown.length > SHOWN_MAX || longest > RUN_MAX) return PASTED_KEY;
  return hint.length > HINT_MAX ? `A hint has at most ${HINT_MAX} characters.` : null;
}
