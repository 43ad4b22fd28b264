import { z } from 'zod';
import { earlyEnd } from './early-end.ts';

const microUsd = z.number().int().nonnegative().nullable();
const modelRule = z.object({ mode: z.enum(['all', 'allow', 'deny']), models: z.array(z.string()).readonly() });

/** `from` is what the person saw: when the provider shows something else by then, nothing is done. */
export const spendLimitChange = z.object({ scopeId: z.string(), from: microUsd, to: microUsd });
export const rateLimitChange = z.object({
  scopeId: z.string(),
  limitId: z.string(),
  from: z.number().int().nullable(),
  to: z.number().int().nonnegative(),
});
export const modelsChange = z.object({ scopeId: z.string(), from: modelRule, to: modelRule });

/** What whoever asks for an end for good was told, and has set aside: of rotations whose new key is not verified. */
const overrides = z.array(earlyEnd).readonly();
export const revocation = z.object({ overrides });
/** `keyIds` are the keys of the account that the person saw, the one that was asked about included. */
export const ownerDeletion = z.object({
  ownerId: z.string(),
  keyIds: z.array(z.string()).readonly(),
  overrides: overrides.exactOptional(),
});

/** `store` and `reference` say where its value goes. */
export const keyCreation = z.object({
  rotationId: z.string(),
  name: z.string(),
  store: z.string(),
  reference: z.string(),
});
/** Of the key in the generation that was agreed on; `graceMs` passes between its stop and its end. */
export const retirement = z.object({ rotationId: z.string(), generation: z.number().int(), graceMs: z.number().int() });

/** The name as the provider will list it. */
export const keyRename = z.object({ name: z.string() });

export type SpendLimitChange = z.infer<typeof spendLimitChange>;
export type RateLimitChange = z.infer<typeof rateLimitChange>;
export type ModelsChange = z.infer<typeof modelsChange>;
export type Revocation = z.infer<typeof revocation>;
export type OwnerDeletion = z.infer<typeof ownerDeletion>;
export type KeyCreation = z.infer<typeof keyCreation>;
export type Retirement = z.infer<typeof retirement>;
export type KeyRename = z.infer<typeof keyRename>;

/** What an act needs to know besides its key, by kind. */
export interface ParamsOf {
  readonly set_spend_limit: SpendLimitChange;
  readonly set_rate_limit: RateLimitChange;
  readonly set_models: ModelsChange;
  /** Null where nothing was set aside; a suspension that nobody can take back counts as an end. */
  readonly revoke: Revocation;
  readonly delete_owner: OwnerDeletion;
  readonly create_key: KeyCreation;
  readonly retire: Retirement;
  readonly rename: KeyRename;
}

export type ActionParams = ParamsOf[keyof ParamsOf];
