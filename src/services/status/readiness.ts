import type { Store } from '../../ports/store.ts';

export const PARTS = ['database', 'slack', 'outbox', 'channel'] as const;
export type Part = (typeof PARTS)[number];

/** What is not ready, in a word each; nothing where all is well. */
export async function notReady(store: Store, slackReached: () => boolean): Promise<readonly Part[]> {
  const problems: Part[] = [];
  if (!(await store.healthy())) problems.push('database');
  if (!slackReached()) problems.push('slack');
  if ((await store.read.outbox.counts()).dead > 0) problems.push('outbox');
  if ((await store.read.channelTroubles.open()).length > 0) problems.push('channel');
  return problems;
}
