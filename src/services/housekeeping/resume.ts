import type { Deps } from '../deps.ts';

/** What a crash left half done goes back to work: its outcome is unknown and is read back before it is repeated. */
export async function resume({ store, logger }: Pick<Deps, 'store' | 'logger'>): Promise<void> {
  const { sending, running } = await store.write(async (tx) => ({
    sending: await tx.outbox.releaseSending(),
    running: await tx.actions.releaseRunning(),
  }));
  if (sending + running > 0) logger.warn('taking up what the last process left half done', { sending, running });
}
