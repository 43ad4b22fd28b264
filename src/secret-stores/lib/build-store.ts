import { Secret } from '../../domain/secret.ts';
import type { SecretStore, SecretVersion, StoredSecret } from '../../ports/secret-store.ts';
import { guard } from './guard.ts';
import type { Link } from './link.ts';
import { conflict, refused } from './store-error.ts';

/** What is at a reference: the secret, if there is one, and what the store needs to know to change it. */
export interface Look<B> {
  readonly current: StoredSecret | null;
  readonly before: B;
}

export interface Change<B> extends Pick<Look<B>, 'before'> {
  readonly reference: string;
  readonly value: string;
}

/** One operation's way to the service; throws whatever its client throws. */
export interface Session<B> {
  look(reference: string): Promise<Look<B>>;
  /** Refuses, where the service can, when what was seen is no longer the current one. */
  put(change: Change<B>): Promise<SecretVersion>;
  /** The value in an earlier version; null where it is gone. */
  earlier?(reference: string, version: string): Promise<string | null>;
  /** Throws unless the service says that a write is allowed, or that the place around the reference is there. */
  prove?(reference: string): Promise<void>;
}

export interface StoreParts<B> extends Pick<SecretStore, 'kind' | 'capabilities' | 'byHand'> {
  readonly link: Link;
  /** Whether `prove` tells that a write is allowed. */
  readonly provesWrite: boolean;
  readonly open: (signal: AbortSignal) => Promise<Session<B>>;
}

/** What all stores have in common: time-outs, foreign errors translated, nothing overwritten that was not seen. */
export function buildStore<B>({ link, kind, capabilities, provesWrite, open, byHand }: StoreParts<B>): SecretStore {
  const restore = (reference: string, version: string) =>
    guard(link, { kind: 'write', reference }, async (ends) => {
      const session = await open(ends);
      const { before } = await session.look(reference);
      const value = (await session.earlier?.(reference, version)) ?? null;
      if (value !== null) return session.put({ reference, value, before });
      throw refused(link, `no longer has version ${version} of ${reference}. Store the value by hand.`);
    });
  return {
    name: link.name,
    kind,
    title: link.title,
    capabilities,
    readCurrent: (reference, signal) =>
      guard(link, { kind: 'read', reference, signal }, async (ends) => {
        return (await (await open(ends)).look(reference)).current;
      }),
    write: (reference, value, { expected }) =>
      guard(link, { kind: 'write', reference }, async (ends) => {
        const session = await open(ends);
        const { current, before } = await session.look(reference);
        if ((current?.version ?? null) !== expected) throw conflict(link, reference);
        return session.put({ reference, value: value.reveal(), before });
      }),
    ...(capabilities.restore ? { restore } : {}),
    checkAccess: (reference, signal) =>
      guard(link, { kind: 'read', reference, signal }, async (ends) => {
        const session = await open(ends);
        await session.prove?.(reference);
        const { current } = await session.look(reference);
        return { isStored: current !== null, isWriteProven: provesWrite };
      }),
    byHand,
  };
}

/** A look at a value with its version; no value, no secret. */
export function lookAt<B>(value: string | null, version: SecretVersion, before: B): Look<B> {
  return { current: value === null ? null : { ...version, value: new Secret(value) }, before };
}
