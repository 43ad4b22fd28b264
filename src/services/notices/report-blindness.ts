import { bindConnectionDetector, type ConnectionFinding } from '../../domain/connection-detector.ts';
import { blind } from '../../domain/connection-detectors/blind.ts';
import { pages } from '../../domain/escalation.ts';
import type { BlindDetail, NoticeOf, ReadingKind } from '../../domain/notice.ts';
import type { Deps } from '../deps.ts';
import {
  announceNotice,
  callForNotice,
  closeNotice,
  type NoticeContext,
  openNotice,
  updateNotice,
} from './announce-notice.ts';

/** How one reading of a connection stands after its newest try. */
export interface ReadingState {
  readonly reading: ReadingKind;
  readonly connectionId: string;
  readonly lastReadAt: number | null;
  readonly failingSince: number | null;
  readonly misses: number;
  readonly problem: string | null;
}

interface BlindContext extends NoticeContext {
  readonly deps: Pick<Deps, 'clock' | 'ids' | 'policy'>;
}

/** Tells the channel once that a connection cannot be read, and in the same message why now and that it is over. */
export async function reportBlindness(context: BlindContext, state: ReadingState): Promise<void> {
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
  const [found] = detectBlindness(context, state);
  if (open !== undefined) {
    const calls = found !== undefined && pages(found.severity) && !open.detail.called;
    const called = open.detail.called || calls ? { called: true } : {};
    if (open.detail.problem !== detail.problem || calls) {
      await updateNotice(context, open, { ...detail, ...called });
      await announceNotice(context, open);
    }
    if (calls) await callForNotice(context, open);
    return;
  }
  if (found === undefined) return;
  await announceNotice(context, await openNotice(context, { kind: 'blind', subject: subjectOf(state), detail }));
}

function detectBlindness({ deps }: BlindContext, state: ReadingState): readonly ConnectionFinding[] {
  const { connectionId } = state;
  const { detect } = bindConnectionDetector(blind, deps.policy.detectors[blind.id]);
  return detect({ now: deps.clock.now(), connectionId, readings: [state], silence: null, days: [], events: [] });
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
