import { z } from 'zod';

const instant = z.number().int().nullable();

/** Who says that a step is done: the provider or the store shows it, or somebody's word is all there is. */
export const PROOFS = ['shown', 'fingerprint', 'version', 'word', 'simulated'] as const;
const proof = z.enum(PROOFS);

/** `made`: by us; `found`: a person made it and the key list shows it; `named`: a person has said which one it is. */
const generate = z.object({ proof, how: z.enum(['made', 'found', 'named']), providerKeyId: z.string().nullable() });

const store = z.object({
  proof,
  /** Names in policy; null: somewhere that we cannot see. */
  store: z.string().nullable(),
  reference: z.string().nullable(),
  version: z.string().nullable(),
  /** What was current before, and what a roll-back goes back to. */
  formerVersion: z.string().nullable(),
  /** Keyed by the installation's own secret. */
  fingerprint: z.string().nullable(),
});

const redeploy = z.object({ proof, consumers: z.number().int(), byHook: z.number().int() });

const verify = z.object({
  proof,
  firstSeenAt: instant,
  requests: z.number().int().nullable(),
  models: z.array(z.string()).readonly(),
  oldQuietSince: instant,
  neededMs: z.number().int(),
  /** What a person has set aside, and why. */
  override: z.object({ reason: z.string(), by: z.string(), doubts: z.array(z.string()).readonly() }).nullable(),
});

const revoke = z.object({
  proof,
  /** Until when it can be taken back; null: it was for good at once. */
  graceUntil: instant,
  /** Actor text of the second person who has agreed to the final step before the grace began. */
  approvedBy: z.string().nullable(),
  revokedAt: instant,
  /** Usage stayed zero up to here. */
  silentUntil: instant,
  /** Who has ended it before the new key was verified, why, and against what. */
  override: z
    .object({
      reason: z.string(),
      by: z.string(),
      reasons: z.array(z.string()).readonly(),
      doubts: z.array(z.string()).readonly(),
    })
    .nullable()
    .default(null),
});

const inventory = z.object({ proof, nextDueAt: instant });

const SHAPES = { generate, store, redeploy, verify, revoke, inventory } as const;
type StepName = keyof typeof SHAPES;

/** What shows that a step is done, by step. Never a value of a key. */
export type EvidenceOf<Name extends StepName> = z.infer<(typeof SHAPES)[Name]>;
export type StepEvidence = { [Name in StepName]: EvidenceOf<Name> }[StepName];

/** As it was kept; null where there is none, or where it is of a shape that is not known any more. */
export function parseEvidence<Name extends StepName>(step: Name, kept: unknown): EvidenceOf<Name> | null {
  const parsed = SHAPES[step].safeParse(kept);
  return parsed.success ? (parsed.data as EvidenceOf<Name>) : null;
}
