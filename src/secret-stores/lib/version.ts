import type { SecretVersion } from '../../ports/secret-store.ts';

/** For stores that know only when something changed. */
export function versionAt(instant: string | number | null | undefined): SecretVersion {
  const at = instantOf(instant);
  return { version: at === null ? 'unknown' : new Date(at).toISOString(), createdAt: at };
}

export function instantOf(value: string | number | Date | null | undefined): number | null {
  if (value === null || value === undefined) return null;
  const at = typeof value === 'number' ? value : value instanceof Date ? value.getTime() : Date.parse(value);
  return Number.isFinite(at) ? at : null;
}
