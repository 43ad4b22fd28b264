import type { DigestFacts } from '../../domain/digest/build.ts';
import { unionLength } from '../../domain/digest/spans.ts';
import { errorShare } from '../../domain/reconciliation.ts';
import type { UsageRange } from '../../ports/usage-prices.ts';
import type { Deps } from '../deps.ts';
import { newestReconciliation } from '../money/newest-reconciliation.ts';

type DataDeps = Pick<Deps, 'store' | 'clock' | 'providers'>;
type Seen = DigestFacts['data'];

/** Keysteward itself, in the list of what could not be seen. */
const OURSELVES = 'Keysteward did not run';

/** How well a week was seen: when nothing was, how late usage came, and how far our prices are off. */
export async function readData(deps: DataDeps, range: UsageRange): Promise<Seen> {
  const spans = await blindSpans(deps, range);
  const titles = [...new Set(spans.map(({ title }) => title))];
  return {
    blindMs: unionLength(spans),
    blind: titles
      .map((title) => {
        const own = spans.filter((span) => span.title === title);
        return { title, ms: unionLength(own), isOver: own.every(({ isOver }) => isOver) };
      })
      .toSorted((a, b) => b.ms - a.ms || (a.title < b.title ? -1 : 1)),
    lagsMs: await deps.store.read.usageLags.within(range),
    reconciled: await reconciledOf(deps),
  };
}

interface BlindSpan extends UsageRange {
  readonly title: string;
  readonly isOver: boolean;
}

/** Usage that could not be read, and times at which nobody tried; within the range. */
async function blindSpans(deps: DataDeps, range: UsageRange): Promise<readonly BlindSpan[]> {
  const { notices } = deps.store.read;
  const blind = (await notices.since('blind', range.from))
    .filter(({ detail }) => detail.reading === 'usage')
    .map(({ detail, closedAt }) => ({
      title: titleOf(deps, detail.connectionId),
      from: detail.lastReadAt ?? detail.failingSince,
      to: closedAt ?? deps.clock.now(),
      isOver: closedAt !== null,
    }));
  const down = (await notices.since('downtime', range.from)).map(({ detail: { from, to } }) => ({
    title: OURSELVES,
    from,
    to,
    isOver: true,
  }));
  return [...blind, ...down]
    .map((span) => ({ ...span, from: Math.max(span.from, range.from), to: Math.min(span.to, range.to) }))
    .filter(({ from, to }) => from < to);
}

async function reconciledOf(deps: DataDeps): Promise<Seen['reconciled']> {
  const found: Seen['reconciled'][number][] = [];
  for (const read of await deps.store.read.costReads.all()) {
    const day = await newestReconciliation(deps.store.read, read);
    const share = day && errorShare(day.total);
    if (day === undefined || share == null || day.verdict === 'too_little') continue;
    found.push({ title: titleOf(deps, read.connectionId), dayAt: day.dayAt, errorShare: share });
  }
  return found;
}

/** The provider's name, with the connection's where several have it. */
export function titleOf({ providers }: Pick<Deps, 'providers'>, connectionId: string): string {
  const provider = providers.get(connectionId);
  if (provider === undefined) return connectionId;
  const isOnly = [...providers.values()].filter(({ title }) => title === provider.title).length === 1;
  return isOnly ? provider.title : `${provider.title} (${connectionId})`;
}
