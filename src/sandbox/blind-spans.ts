import type { ReadingKind } from '../domain/notice.ts';
import type { Stage } from './stage.ts';

/** From the first read that failed to the one that worked again; `to` is null where none did. ISO 8601. */
export interface BlindSpan {
  readonly provider: string;
  readonly reading: ReadingKind;
  readonly from: string;
  to: string | null;
}

/** Notes, step by step, what could not be read and for how long. */
export class BlindSpans {
  readonly all: BlindSpan[] = [];

  async note({ app, clock }: Stage): Promise<void> {
    const { watermarks, inventoryReads } = app.deps.store.read;
    for (const { connectionId, id: provider } of app.deps.providers.values()) {
      const usage = await watermarks.get(connectionId);
      const inventory = await inventoryReads.get(connectionId);
      this.#note({ provider, reading: 'usage' }, usage?.failingSince ?? null, clock.now());
      this.#note({ provider, reading: 'inventory' }, inventory?.failingSince ?? null, clock.now());
    }
  }

  #note(what: Pick<BlindSpan, 'provider' | 'reading'>, failingSince: number | null, now: number): void {
    const { provider, reading } = what;
    const open = this.all.find((one) => one.provider === provider && one.reading === reading && one.to === null);
    if (failingSince === null && open !== undefined) open.to = new Date(now).toISOString();
    if (failingSince !== null && open === undefined) {
      this.all.push({ ...what, from: new Date(failingSince).toISOString(), to: null });
    }
  }
}
