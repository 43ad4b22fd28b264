import type { KnownBlock } from '@slack/types';

/** A small chart of one series. Its numbers are in the message's text as well. */
export interface Chart {
  readonly title: string;
  readonly kind: 'line' | 'bar';
  readonly name: string;
  readonly unit: string;
  readonly points: readonly { readonly label: string; readonly value: number }[];
}

/** What says something: one point is no course of things. */
export const POINTS_MIN = 2;
const TITLE_MAX = 50;
const NAME_MAX = 20;
const CHART = 'data_visualization';

/** Slack's own chart, which its types do not know yet; a workspace that does not take it refuses the whole message. */
export function chartBlock({ title, kind, name, unit, points }: Chart): KnownBlock {
  const data = points.map(({ label, value }) => ({ label: label.slice(0, NAME_MAX), value }));
  const block: Record<string, unknown> = {
    type: CHART,
    title: title.slice(0, TITLE_MAX),
    chart: {
      type: kind,
      series: [{ name: name.slice(0, NAME_MAX), data }],
      axis_config: { categories: data.map(({ label }) => label), x_label: 'week', y_label: unit.slice(0, TITLE_MAX) },
    },
  };
  return block as unknown as KnownBlock;
}

/** The blocks with `picture` in the place of the first chart, and without the others. */
export function withPicture(blocks: readonly KnownBlock[], picture: KnownBlock | null): KnownBlock[] {
  const first = blocks.findIndex(isChart);
  return blocks.flatMap((block, index) => {
    if (!isChart(block)) return [block];
    return index === first && picture !== null ? [picture] : [];
  });
}

function isChart({ type }: { readonly type: string }): boolean {
  return type === CHART;
}

/** For whoever cannot see it: `Hygiene score: Oct 5 71, Oct 12 74`. */
export function chartText({ title, points }: Chart): string {
  return `${title}: ${points.map(({ label, value }) => `${label} ${value.toLocaleString('en-US')}`).join(', ')}`;
}
