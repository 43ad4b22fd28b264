import { deployHooks as definitions } from '../../../deploy-hooks/index.ts';
import { publicMessageOf } from '../../../domain/errors.ts';
import type { DeployHookSetting } from '../../../domain/redeploy.ts';
import { type Check, type Line, ok, type Surroundings, skipped, warning } from '../check.ts';
import { silentLogger } from '../silent.ts';

/** Whether each deploy hook can be reached with its credentials. Deploys nothing. */
export const deployHooks: Check = {
  subject: 'deploy hooks',
  async run(surroundings, signal) {
    const named = surroundings.parts.policy?.deployHooks ?? [];
    return Promise.all(named.map((setting) => hookLine(surroundings, setting, signal)));
  },
};

async function hookLine(
  { parts, clock }: Surroundings,
  { name, kind, settings }: DeployHookSetting,
  signal: AbortSignal,
): Promise<Line> {
  const subject = `deploy hook ${name}`;
  const definition = definitions.find(({ id }) => id === kind);
  const credentials = parts.deployHooks.get(name);
  if (definition === undefined || credentials === undefined) return skipped(subject, 'its kind is not known');
  const isShort = definition.credentials.some(({ suffix, required }) => required && !credentials.has(suffix));
  const isWrong = (definition.wrongCredentials?.({ settings, credentials }) ?? []).length > 0;
  if (isShort || isWrong) return skipped(subject, 'its credentials are missing or wrong, see configuration');
  try {
    const hook = await definition.connect({ name, settings, credentials, clock, logger: silentLogger });
    await hook.checkAccess(signal);
    const seen = hook.follows ? 'can be reached' : 'can be reached, and what it starts cannot be followed';
    return ok(subject, `${definition.title}: ${seen}; nothing was deployed`);
  } catch (error) {
    return warning(
      { subject, what: publicMessageOf(error).replace(/\.$/, '') },
      'Until then consumers are deployed by hand.',
    );
  }
}
