import type { KeyStatus } from './key.ts';
import { missingBefore, type Rotation, type StepChange, stepOf } from './rotation.ts';
import type { EvidenceOf } from './rotation-evidence.ts';

/** What the provider shows of the old key: `suspended` can be taken back, `ended` cannot. */
export type OldKeyShows = 'works' | 'suspended' | 'ended';

const SHOWS: Readonly<Record<KeyStatus, OldKeyShows>> = {
  active: 'works',
  inactive: 'suspended',
  archived: 'ended',
  expired: 'ended',
  gone: 'ended',
};

export interface Proof {
  readonly status: KeyStatus;
  readonly by: string;
  readonly at: number;
  readonly evidence: EvidenceOf<'revoke'> | null;
}

export function showsOf(status: KeyStatus): OldKeyShows {
  return SHOWS[status];
}

/**
 * The change that follows from what the provider shows of the old key; null where the step says so already. A key that
 * ended before the new one was verified is told, with why: somebody may be without a key. A drill proves nothing.
 */
export function changeByProof(rotation: Rotation, { status, by, at, evidence }: Proof): StepChange | null {
  const { state } = stepOf(rotation, 'revoke');
  const shows = showsOf(status);
  if (rotation.state !== 'open' || rotation.kind === 'drill' || shows === 'suspended') return null;
  if ((state === 'done') === (shows === 'ended')) return null;
  const change = { step: 'revoke', by, at, isProof: true } as const;
  if (shows === 'works') {
    return state === 'done' ? { ...change, event: 'undo', reason: 'the old key works again' } : null;
  }
  return { ...change, event: 'complete', reason: whyEarly(rotation), ...(evidence === null ? {} : { evidence }) };
}

function whyEarly(rotation: Rotation): string | null {
  if (missingBefore(rotation, 'revoke').length === 0) return null;
  return rotation.isPublic ? 'stopped first, since the key is public' : 'stopped before the new key was verified';
}
