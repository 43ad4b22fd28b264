/**
 * `strict` follows each detector's definition to the letter. `balanced` may tell later, or only in the digest, where a
 * lineage's own history explains the traffic, and earlier where evidence adds up.
 */
export const PROFILES = ['balanced', 'strict'] as const;
export type Profile = (typeof PROFILES)[number];
