import type { ActionKind } from '../../domain/action.ts';
import type { Act } from './act.ts';
import { actOnKey, retireKey } from './act-on-key.ts';
import { actOnLimits, modelsSetting, rateLimitSetting, spendLimitSetting } from './act-on-limits.ts';
import { deleteOwner } from './act-on-owner.ts';
import { createKey } from './create-key.ts';
import { renameKey } from './rename-key.ts';

/** How each kind of action is carried out and proven. */
export const acts: Readonly<Record<ActionKind, Act>> = {
  suspend: actOnKey('suspend'),
  restore: actOnKey('restore'),
  revoke: actOnKey('revoke'),
  set_spend_limit: actOnLimits(spendLimitSetting),
  set_rate_limit: actOnLimits(rateLimitSetting),
  set_models: actOnLimits(modelsSetting),
  delete_owner: deleteOwner,
  create_key: createKey,
  retire: retireKey,
  rename: renameKey,
};
