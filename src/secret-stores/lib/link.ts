import { SECOND_MS } from '../../domain/time.ts';
import type { SecretStoreDefinition, StoreOptions } from '../../ports/secret-store.ts';

/** Settings of the wire that only tests change. */
export interface Transport {
  readonly timeoutMs: number;
  /** In place of the cloud's own ways to a token. */
  readonly accessToken?: string;
}

export const DEFAULT_TRANSPORT: Transport = { timeoutMs: 15 * SECOND_MS };

/** What every call of one store shares. */
export interface Link {
  readonly name: string;
  readonly title: string;
  readonly timeoutMs: number;
  readonly reference: SecretStoreDefinition['reference'];
}

export interface Call {
  readonly kind: 'read' | 'write';
  readonly reference: string;
  readonly signal?: AbortSignal | undefined;
}

type Named = Pick<SecretStoreDefinition, 'title' | 'reference'>;

export function linkOf({ title, reference }: Named, { name }: StoreOptions, { timeoutMs }: Transport): Link {
  return { name, title, timeoutMs, reference };
}

/** The store as people read it: `The secret store main (HashiCorp Vault)`. */
export function storeText({ name, title }: Pick<Link, 'name' | 'title'>): string {
  return `The secret store ${name} (${title})`;
}
