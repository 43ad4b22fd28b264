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

  /**
   * The window in complete parts, each when the next page has shown that it goes on in time: an answer that runs
   * backwards would make everything before its first bucket look empty.
   */
  async *stream(report: UsageReport, window: UsageWindow): AsyncGenerator<UsagePart, void> {
    const tidier = new UsageTidier(window);
    let from = window.from;
    // Start of the newest bucket so far, which may go on on the next page.
    let until = window.from;
    for await (const page of this.#pages(report, window)) {
      if (!isAscending(page, until)) this.#disorderly = true;
      await this.#keepOrder(report, () => addPage(tidier, page));
      if (!this.#disorderly && until > from && until < window.to) {
        yield { from, to: until, usage: tidier.take(until) };
        from = until;
      }
      until = page.items.at(-1)?.startAt ?? until;
    }
    yield { from, to: window.to, usage: tidier.take() };
  }

  async *#pages({ link, call, pages }: UsageReport, window: UsageWindow): AsyncGenerator<Page<UsageBucketRows>, void> {
    const width = bucketWidthOf(window);
    const parts = this.#sizer.parts(window, width);
    for (const part of parts) {
      const limit = this.#sizer.limitFor(part, width);
      const iterator = eachPage(pages(part, limit));
      for (;;) {
        const { value, done } = await guard(link, call, () => iterator.next()).catch((error: unknown) => {
          this.#sizer.failed(width, limit);
          throw error;
        });
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

/** Whether the page goes on in time from where the last part ended. */
function isAscending({ items }: Page<UsageBucketRows>, from: number): boolean {
  return items.every(({ startAt }, index) => startAt >= (items[index - 1]?.startAt ?? from));
}

function addPage(tidier: UsageTidier, page: Page<UsageBucketRows>): void {
  for (const { startAt, rows } of page.items) tidier.add(startAt, rows);
}
