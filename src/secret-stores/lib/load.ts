import { AppError } from '../../domain/errors.ts';
import { type Link, storeText } from './link.ts';

/** Loads a store's client; where it is not installed, says which command installs it. */
export async function loadClient<T>(
  link: Pick<Link, 'name' | 'title'>,
  packages: readonly string[],
  load: () => Promise<T>,
): Promise<T> {
  try {
    return await load();
  } catch (thrown) {
    const command = `npm install ${packages.join(' ')}`;
    const problem = isMissing(thrown) ? 'needs a package that is not installed' : 'has a client that cannot be loaded';
    throw new AppError({
      code: 'invalid_config',
      message: `${link.name}: ${problem}: ${packages.join(', ')}`,
      publicMessage: `${storeText(link)} ${problem}. Run: ${command}`,
    });
  }
}

function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'ERR_MODULE_NOT_FOUND';
}
