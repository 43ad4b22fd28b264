import type { OutboxPart, OutboxRow } from '../../ports/outbox.ts';
import type { Deps } from '../deps.ts';
import { Lanes } from './lanes.ts';

const BATCH = 20;

export interface WorkOff {
  readonly deps: Pick<Deps, 'store' | 'clock'>;
  readonly part: OutboxPart;
  /** Where it goes: rows to one place go one after the other, places side by side. */
  readonly placeOf: (row: OutboxRow) => Promise<string>;
  /** Settles the row, one way or the other; throws only when that cannot be written down. */
  readonly send: (row: OutboxRow, place: string) => Promise<void>;
}

/** Sends what is due of the outbox, and what becomes due meanwhile: a place that hangs does not hold up another. */
export async function workOff({ deps: { store, clock }, part, placeOf, send }: WorkOff): Promise<void> {
  // Nothing else sends: what still says so was left behind when its outcome could not be written down.
  await store.write((tx) => tx.outbox.releaseSending(part));
  const lanes = new Lanes();
  const stopListening = store.onCommit('outbox', () => lanes.ring());
  try {
    for (;;) {
      const rang = lanes.nextRing();
      // Taken before the rows are read: one that ends meanwhile may still be among them.
      const busy = lanes.ids();
      const due = lanes.failed() ? [] : await store.read.outbox.due(clock.now(), BATCH + busy.size, part);
      for (const row of due.filter(({ id }) => !busy.has(id))) {
        const lane = await placeOf(row);
        lanes.add({ id: row.id, lane, run: () => send(row, lane) });
      }
      if (lanes.ids().size === 0) break;
      await rang;
    }
  } finally {
    stopListening();
    await lanes.settled();
  }
  lanes.throwFailure();
}
