import { type BlindDetail, MISSES_BEFORE_BLIND, type NoticeOf, type ReadingKind } from '../../domain/notice.ts';
import type { Deps } from '../deps.ts';
import { announceNotice, closeNotice, type NoticeContext, openNotice, updateNotice } from './announce-notice.ts';

/** How one reading of a connection stands after its newest try. */
export interface ReadingState {
  readonly reading: ReadingKind;
  readonly connectionId: string;
  readonly lastReadAt: number | null;
  readonly failingSince: number | null;
  readonly misses: number;
  readonly problem: string | null;
}

/** Tells the channel once that a connection cannot be read, and in the same message why now and that it is over. */
export async function reportBlindness(context: NoticeContext, state: ReadingState): Promise<void> {
  const open = await context.tx.notices.open('blind', subjectOf(state));
  if (state.failingSince === null) {
    if (open !== undefined) await end(context, open, true);
    return;
  }
  const detail: BlindDetail = {
    reading: state.reading,
    connectionId: state.connectionId,
    failingSince: state.failingSince,
    lastReadAt: state.lastReadAt,
    problem: state.problem ?? '',
    readable: false,
  };
  if (open !== undefined) {
    if (open.detail.problem === detail.problem) return;
    await updateNotice(context, open, detail);
    await announceNotice(context, open);
    return;
  }
  if (state.misses < MISSES_BEFORE_BLIND) return;
  await announceNotice(context, await openNotice(context, { kind: 'blind', subject: subjectOf(state), detail }));
}

/** At start: nobody reads what is no longer configured, so what is said of it must not wait for that. */
export async function closeOrphanedBlindness(deps: Pick<Deps, 'store' | 'clock' | 'ids' | 'providers'>): Promise<void> {
  await deps.store.write(async (tx) => {
    for (const notice of await tx.notices.allOpen('blind')) {
      if (!deps.providers.has(notice.detail.connectionId)) await end({ deps, tx }, notice, false);
    }
  });
}

async function end(context: NoticeContext, notice: NoticeOf<'blind'>, readable: boolean): Promise<void> {
  await closeNotice(context, notice, { ...notice.detail, readable });
  await announceNotice(context, notice);
}

function subjectOf({ reading, connectionId }: ReadingState): string {
  return `${reading}:${connectionId}`;
}
