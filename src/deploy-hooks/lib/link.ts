import { createScrub, type Scrub } from '../../domain/scrub.ts';
import { Secret } from '../../domain/secret.ts';
import { SECOND_MS } from '../../domain/time.ts';
import type { HookOptions } from '../../ports/deploy-hook.ts';

const TIMEOUT_MS = 10 * SECOND_MS;
// A path segment like this is an id or a secret, and as an id it is no loss.
const TELLTALE = /^(?=.*\d).{12,}$/;

/** What every call of one hook shares. */
export interface HookLink {
  readonly name: string;
  readonly title: string;
  readonly timeoutMs: number;
  readonly scrub: Scrub;
  /** Where a person sees what runs; never with a secret in it. */
  readonly look: string;
  readonly byHand: readonly string[];
  /** By status: why it may have been refused and what to change. */
  readonly advice: Readonly<Record<number, string>>;
  /** Statuses that mean: busy with something else, try again. */
  readonly busy: ReadonlySet<number>;
}

export interface LinkFacts extends Pick<HookLink, 'title' | 'look' | 'byHand' | 'advice'> {
  readonly busy?: readonly number[];
  /** Parts of an address that are secret although they are short, and ids in it that are not. */
  readonly secretParts?: readonly string[];
  readonly openParts?: readonly string[];
}

export function linkOf({ name, credentials, timeoutMs = TIMEOUT_MS }: HookOptions, facts: LinkFacts): HookLink {
  const { title, look, byHand, advice, busy, secretParts = [], openParts = [] } = facts;
  const parts = [...credentials.values()].flatMap((credential) => partsOf(credential.reveal()));
  const secrets = [...new Set([...parts, ...secretParts])].filter((part) => !openParts.includes(part));
  // The longest first, so that no rest of it is left.
  const scrub = createScrub(secrets.sort((a, b) => b.length - a.length).map((part) => new Secret(part)));
  return { title, look, byHand, advice, name, timeoutMs, scrub, busy: new Set(busy) };
}

/** The credential, and of an address each part that is secret by itself. */
function partsOf(text: string): readonly string[] {
  if (!URL.canParse(text) || !/^https?:/i.test(text)) return [text];
  const { href, pathname, search, searchParams } = new URL(text);
  const segments = pathname.split('/').filter((segment) => TELLTALE.test(segment));
  return [text, href, ...(pathname === '/' ? [] : [`${pathname}${search}`]), ...searchParams.values(), ...segments];
}
