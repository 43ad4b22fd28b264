import { AppError, toError } from '../../domain/errors.ts';

/** A client that is installed only where somebody uses it. */
export async function loadClient<Client>(name: string, load: () => Promise<Client>): Promise<Client> {
  try {
    return await load();
  } catch (thrown) {
    throw new AppError({
      code: 'invalid_config',
      message: `${name} cannot be loaded: ${toError(thrown).message}`,
      publicMessage: `The package ${name} is needed for this and not installed. Run npm install ${name} where Keysteward is installed, then restart it.`,
    });
  }
}
