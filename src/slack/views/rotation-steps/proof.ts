import type { RotationStep } from '../../../domain/rotation.ts';
import type { PROOFS } from '../../../domain/rotation-evidence.ts';

type Proof = (typeof PROOFS)[number];

const WORDS: Readonly<Record<Proof, string>> = {
  shown: 'verified by Keysteward',
  fingerprint: 'verified by Keysteward: the stored value is the one of the new key',
  version: 'verified by Keysteward: the secret has changed since the rotation began',
  word: 'on a person’s word',
  simulated: 'simulated: nothing was changed',
};

/** What a tick rests on; empty where nothing was written down. */
export function proofLines({ evidence }: Pick<RotationStep, 'evidence'>): readonly string[] {
  return evidence === null ? [] : [`_${WORDS[evidence.proof]}_`];
}
