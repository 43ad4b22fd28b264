/** A channel message that goes to a person instead, because its channel cannot be posted to. */
export interface DirectCopy {
  readonly troubleId: string;
  readonly userId: string;
  /** The message that it is a copy of. */
  readonly kind: string;
  readonly subjectId: string;
}

/** The outbox's and the messages' kind of such a copy. */
export const DIRECT = 'direct';

/** Begins with the trouble, so that all copies made because of it are found by it. */
export function directSubject({ troubleId, userId, kind, subjectId }: DirectCopy): string {
  return `${troubleId}/${userId}/${kind}:${subjectId}`;
}

export function parseDirectSubject(text: string): DirectCopy | null {
  const [, troubleId, userId, kind, subjectId] = /^([^/]+)\/([^/]+)\/([^:]+):(.+)$/s.exec(text) ?? [];
  if (troubleId === undefined || userId === undefined || kind === undefined || subjectId === undefined) return null;
  return { troubleId, userId, kind, subjectId };
}

/** What a message is about, whoever it went to. */
export function originOf(message: { readonly kind: string; readonly subjectId: string }): {
  readonly kind: string;
  readonly subjectId: string;
} {
  const copy = message.kind === DIRECT ? parseDirectSubject(message.subjectId) : null;
  return copy === null ? message : { kind: copy.kind, subjectId: copy.subjectId };
}
