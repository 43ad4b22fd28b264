import { US_DOLLAR } from '../../src/domain/money.ts';
import type { Draft } from '../../src/slack/outbox-renderer.ts';
import { outboxRenderers } from '../../src/slack/outbox-renderers.ts';
import type { Bench } from './bench-deps.ts';

export interface Sent {
  readonly kind: string;
  readonly subjectId: string;
  /** False where a message that is there was edited. */
  readonly isPost: boolean;
  readonly draft: Draft;
}

const LOCALE = { currency: US_DOLLAR, timezone: 'UTC' };

/** Sends what waits as the outbox would, to nobody: each message is rendered, posted once and edited from then on. */
export async function sendAll({ deps, store, clock }: Bench): Promise<readonly Sent[]> {
  const sent: Sent[] = [];
  for (;;) {
    const rows = await store.read.outbox.due(clock.now(), 50);
    if (rows.length === 0) return sent;
    for (const row of rows) {
      const renderer = outboxRenderers.find(({ kind }) => kind === row.kind);
      const draft = (await renderer?.render({ deps, locale: LOCALE }, row.subjectId)) ?? null;
      const known = await store.read.messages.get(row.kind, row.subjectId);
      const now = clock.now();
      await store.write(async (tx) => {
        await tx.outbox.update({ ...row, state: 'sent', settledAt: now });
        const { kind, subjectId } = row;
        const place = { kind, subjectId, channel: 'C0AIKEYS', ts: `${row.id}.0`, renderedHash: '', postedAt: now };
        if (draft !== null && known === undefined) await tx.messages.put({ ...place, updatedAt: now });
      });
      if (draft !== null) sent.push({ kind: row.kind, subjectId: row.subjectId, isPost: known === undefined, draft });
    }
  }
}

/** Whom these messages called: mentions count where they are posted. */
export function callsIn(sent: readonly Sent[]): readonly string[] {
  return sent.flatMap(({ isPost, draft }) => (isPost ? (draft.mentions ?? []) : []));
}
