import type { Check } from '../check.ts';
import { adminKeys } from './admin-keys.ts';
import { alertsChannel } from './alerts-channel.ts';
import { clock } from './clock.ts';
import { configuration } from './configuration.ts';
import { database } from './database.ts';
import { deployHooks } from './deploy-hooks.ts';
import { digestChannel } from './digest-channel.ts';
import { people } from './people.ts';
import { secretStores } from './secret-stores.ts';
import { slackToken } from './slack-token.ts';
import { slackWayIn } from './slack-way-in.ts';

/** Every check, in the order of the report. */
export const checks: readonly Check[] = [
  configuration,
  slackToken,
  slackWayIn,
  alertsChannel,
  digestChannel,
  people,
  adminKeys,
  secretStores,
  deployHooks,
  clock,
  database,
];
