import type { ProviderUsage } from '../../domain/usage.ts';
import type { UsagePart, UsageWindow } from '../../ports/provider.ts';
import { type Call, guard, type Link } from './call.ts';
import { PageSizer } from './page-sizer.ts';
import { eachPage, type FetchPage, type Page } from './paging.ts';
import { bucketWidthOf } from './usage-rows.ts';
import { UsageTidier } from './usage-tidier.ts';

export interface UsageBucketRows {
  readonly startAt: number;
  readonly rows: readonly ProviderUsage[];
}

/** One report of a provider that is paged by buckets of time. */
export interface UsageReport {
  readonly link: Link;
  readonly call: Call;
  /** Asks for pages of at most `limit` buckets each. */
  pages(window: UsageWindow, limit: number): FetchPage<UsageBucketRows>;
}

/** Reads one report again and again, with pages of a size that is parsed without holding others up. */
export class UsageReader {
  readonly #sizer = new PageSizer();
  /** Set when a provider was seen to page in another order than that of time. */
  #disorderly = false;

  /** The whole window, in whatever order its pages come. */
  async read(report: UsageReport, window: UsageWindow): Promise<ProviderUsage[]> {
    const tidier = new UsageTidier(window);
    for await (const page of this.#pages(report, window)) addPage(tidier, page);
    return tidier.take();
  }

  /** The window in complete parts, each as soon as its last page is there. */
  async *stream(report: UsageReport, window: UsageWindow): AsyncGenerator<UsagePart, void> {
    const tidier = new UsageTidier(window);
    let from = window.from;
    for await (const page of this.#pages(report, window)) {
      await this.#keepOrder(report, () => addPage(tidier, page));
      // The newest bucket may go on on the next page.
      const to = this.#disorderly || !page.hasMore ? from : (page.items.at(-1)?.startAt ?? from);
      if (to <= from || to >= window.to) continue;
      yield { from, to, usage: tidier.take(to) };
      from = to;
    }
    yield { from, to: window.to, usage: tidier.take() };
  }

  async *#pages({ link, call, pages }: UsageReport, window: UsageWindow): AsyncGenerator<Page<UsageBucketRows>, void> {
    const width = bucketWidthOf(window);
    const parts = this.#sizer.parts(window, width);
    for (const part of parts) {
      const iterator = eachPage(pages(part, this.#sizer.limitFor(part, width)));
      for (;;) {
        const { value, done } = await guard(link, call, () => iterator.next());
        if (done === true || value === undefined) break;
        this.#sizer.learn(width, value.items);
        yield { ...value, hasMore: value.hasMore || part !== parts.at(-1) };
      }
    }
  }

  /** What was handed out cannot be taken back: this reading fails, and the next ones wait for their last page. */
  async #keepOrder({ link, call }: UsageReport, add: () => void): Promise<void> {
    await guard(link, call, async () => {
      try {
        add();
      } catch (error) {
        this.#disorderly = true;
        throw error;
      }
    });
  }
}

function addPage(tidier: UsageTidier, page: Page<UsageBucketRows>): void {
  for (const { startAt, rows } of page.items) tidier.add(startAt, rows);
}
