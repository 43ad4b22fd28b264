import type { Provider } from '../ports/provider.ts';
import type { Deps } from '../services/deps.ts';

/** All connections at once; what fails at one is thrown when the others have ended. */
export async function forEachProvider(
  { providers }: Pick<Deps, 'providers'>,
  work: (provider: Provider) => Promise<unknown>,
): Promise<void> {
  const results = await Promise.allSettled([...providers.values()].map(work));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
