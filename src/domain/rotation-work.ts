import { MINUTE_MS } from './time.ts';

/** The secret of a rotation: what was there before, and what was made for it. Never a value. */
export interface RotationSecret {
  readonly rotationId: string;
  /** The store's name in policy. */
  readonly store: string;
  readonly reference: string;
  /** What was current before the new value came; null: nothing was there. What a roll-back goes back to. */
  readonly formerVersion: string | null;
  /** Null where the store gives no value back. */
  readonly formerFingerprint: string | null;
  /** When the two above were read; null: not yet. */
  readonly seenAt: number | null;
  /** When the provider was last asked for a key whose fate is open: a key of the agreed name may be ours. */
  readonly createBeganAt: number | null;
  /** The key whose value is on its way into the store, or in it. */
  readonly made: { readonly providerKeyId: string; readonly fingerprint: string; readonly at: number } | null;
  /** Failed looks at the store, as long as it was not seen. */
  readonly attempts: number;
  readonly notBeforeAt: number;
  readonly problem: string | null;
}

/**
 * `running`: its hook was asked, or is being asked. `failed`: the deployment, or the request for it, came to nothing, and a
 * person decides.
 */
export const CONSUMER_STATES = ['todo', 'running', 'done', 'failed'] as const;
export type ConsumerState = (typeof CONSUMER_STATES)[number];

/** Somebody who has to read the new value, in one rotation. */
export interface RotationConsumer {
  readonly rotationId: string;
  /** As the lineage names it, or the hook where it stands for no listed one. */
  readonly consumer: string;
  /** The deploy hook's name in policy; null: by hand. */
  readonly hook: string | null;
  readonly state: ConsumerState;
  /** The same in each try, another one when a person asks anew. */
  readonly requestId: string;
  /** Names the run at the hook; null while it is not known. */
  readonly runRef: string | null;
  readonly url: string | null;
  readonly problem: string | null;
  /** Actor text of whoever has said or seen that it is done. */
  readonly by: string | null;
  readonly at: number | null;
  readonly attempts: number;
  readonly notBeforeAt: number;
  readonly revision: number;
}

/** A consumer as policy and the lineage name it. */
export interface ConsumerSeat {
  readonly consumer: string;
  readonly hook: string | null;
}

/** Every listed consumer, with its hook where one serves it, and the hooks that serve no listed one. */
export function consumerSeats(
  listed: readonly string[],
  hooks: readonly { readonly hook: string; readonly consumer: string | null }[],
): readonly ConsumerSeat[] {
  const names = new Map<string, string | null>(listed.map((name) => [name, null]));
  for (const { hook, consumer } of hooks) {
    const seat = consumer !== null && names.has(consumer) ? consumer : (consumer ?? hook);
    if ((names.get(seat) ?? null) === null) names.set(seat, hook);
  }
  return [...names].map(([consumer, hook]) => ({ consumer, hook }));
}

/** Seats that have no row yet: consumers may be named while the rotation is under way. */
export function missingSeats(seats: readonly ConsumerSeat[], rows: readonly RotationConsumer[]) {
  const known = new Set(rows.map(({ consumer }) => consumer));
  return seats.filter(({ consumer }) => !known.has(consumer));
}

/** Everybody has read the new value; nobody being known proves nothing. */
export function allDeployed(rows: readonly RotationConsumer[]): boolean {
  return rows.length > 0 && rows.every(({ state }) => state === 'done');
}

/** Its hook has seen it through, and nobody had to say so. */
export function byHook({ hook, state, by }: RotationConsumer): boolean {
  return hook !== null && state === 'done' && by?.startsWith('system:') === true;
}

/** A key list may lag behind: a second key is not made before the first one has had the time to be listed. */
export const LISTING_LAG_MS = MINUTE_MS / 2;

/** The last letters of the short form that a provider shows, where they can be compared: `sk-ant-api03-…9f2a` → `9f2a`. */
export function hintTail(hint: string | null): string | null {
  const tail = hint?.match(/(?:…|\.{2,}|\*{2,})([A-Za-z0-9_-]{3,})$/)?.[1];
  return tail ?? null;
}

/** What in a name is easily typed differently: case, blanks, the kind of dash. */
export function looseName(name: string): string {
  return name
    .toLowerCase()
    .replace(/[\s_–—-]+/g, '-')
    .replace(/^-+|-+$/g, '');
}
