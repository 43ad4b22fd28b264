/** Unix seconds of an instant. */
export function secondsOf(at: number): number {
  return Math.floor(at / 1_000);
}

/** RFC 3339 without fractions, in UTC. */
export function rfc3339(at: number): string {
  return new Date(at).toISOString().replace('.000Z', 'Z');
}

/** A key's value as it is shown once: it ends like the hint, and nobody can take it for a real one. */
export function fakeSecret(hint: string): string {
  return hint.replace('...', '-FAKE-NOT-A-REAL-KEY-');
}
