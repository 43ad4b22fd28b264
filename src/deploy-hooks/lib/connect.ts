import { AppError, publicMessageOf, toError } from '../../domain/errors.ts';
import type { DeployHook, DeployHookDefinition, HookOptions } from '../../ports/deploy-hook.ts';

/** The hook; where it cannot be made, one that says why to whoever uses it, since alerts must not wait for it. */
export async function connectHook(definition: DeployHookDefinition, options: HookOptions): Promise<DeployHook> {
  const { name, logger } = options;
  try {
    return await definition.connect(options);
  } catch (thrown) {
    const problem = publicMessageOf(thrown);
    logger.error('a deploy hook cannot be used', { hook: name, kind: definition.id, problem });
    return closedHook(definition, name, thrown);
  }
}

function closedHook({ id, title }: DeployHookDefinition, name: string, thrown: unknown): DeployHook {
  const refuse = async (): Promise<never> => {
    throw new AppError({
      code: 'hook_rejected',
      message: `deploy hook ${name}: ${toError(thrown).message}`,
      publicMessage: publicMessageOf(thrown),
    });
  };
  const byHand = ['Deploy the consumer as your team usually does.'];
  return { name, kind: id, title, follows: false, byHand, trigger: refuse, checkAccess: refuse };
}
