import type { Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';
import { announceNotice, closeNotice } from '../notices/announce-notice.ts';
import { enqueueAsk } from './owner-ask.ts';

interface Context {
  readonly deps: Pick<Deps, 'clock' | 'ids'>;
  readonly tx: Repos;
}

/** Nobody is looked for any more: it has an owner, or there is nothing to own. What still asks about it says so. */
export async function settleOwned({ deps, tx }: Context, lineageId: string): Promise<void> {
  await tx.ownerQuestions.endSearch(lineageId);
  for (const question of await tx.ownerQuestions.ofLineage(lineageId)) {
    if (question.answer !== null) continue;
    await tx.ownerQuestions.update({ ...question, answer: 'moot', answeredAt: deps.clock.now() });
    await enqueueAsk({ deps, tx }, question);
  }
  const searched = new Set((await tx.ownerQuestions.searches()).map((search) => search.lineageId));
  for (const notice of await tx.notices.allOpen('unclaimed')) {
    const { lineageIds } = notice.detail;
    if (!lineageIds.includes(lineageId)) continue;
    if (!lineageIds.some((id) => searched.has(id))) await closeNotice({ deps, tx }, notice, notice.detail);
    await announceNotice({ deps, tx }, notice);
  }
}
