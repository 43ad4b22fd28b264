import type { Store } from '../../ports/store.ts';

/** What is not ready, in a word each; nothing where all is well. */
export async function notReady(store: Store, slackReached: () => boolean): Promise<readonly string[]> {
  const problems: string[] = [];
  if (!(await store.healthy())) problems.push('database');
  if (!slackReached()) problems.push('slack');
  if ((await store.read.outbox.counts()).dead > 0) problems.push('outbox');
  if ((await store.read.channelTroubles.open()).length > 0) problems.push('channel');
  return problems;
}
