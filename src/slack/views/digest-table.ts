import type { KnownBlock, TableBlock } from '@slack/types';
import type { DigestCard, DigestRow } from '../../domain/digest/card.ts';
import { CHECK_RULES } from '../../domain/hygiene/checks.ts';
import { formatMoney, roughMoney } from '../../domain/money.ts';
import { plural } from '../../domain/time.ts';
import { context, section, sections, TEXT_MAX } from './blocks.ts';
import { chartBlock, chartText } from './chart.ts';
import type { DigestRendered } from './digest.ts';
import { spentChart } from './digest-charts.ts';
import { type DigestLook, lostText } from './digest-words.ts';
import { capped, escaped, footerText, mrkdwnSentence, plainForeign } from './text.ts';

const NAME_MAX = 40;
const HEAD = ['Key', 'Owner', 'This week', 'Week before', 'At risk', 'Loses points'] as const;
const TEXT_ROWS = 10;
const ALL_CHECKS = 20;

/** The figures behind the digest, in its thread. */
export function digestTableView(card: DigestCard, look: DigestLook): DigestRendered {
  const { rows, moreRows, lost, alerts } = card;
  const charts = spentChart(card, look);
  const cells = rows.map((row) => cellsOf(row, look));
  const title =
    moreRows === 0
      ? `All ${plural(card.keys, 'working key')}`
      : `The ${rows.length} dearest of ${plural(card.keys, 'working key')}`;
  const remarks = [
    ...(lost.length === 0 ? [] : [`*Points lost* ${lostText({ lost }, ALL_CHECKS)}`]),
    ...alerts.noticed.map(
      ({ slug, headline }) => `*Noticed* ${escaped(slug)} was ${mrkdwnSentence(headline, look.locale)}`,
    ),
  ];
  const footer = footerText(
    [
      'at risk: in 48 hours, if the key leaked now; without a cap what rate limits allow',
      `audit log: ${plural(card.audit.count, 'entry').replace('entrys', 'entries')}, head ${card.audit.head.slice(0, 16)}`,
      'how each figure is made: docs/digest.md',
    ],
    look.locale,
  );
  const blocks: KnownBlock[] = [
    section(`*${title}*`),
    ...(cells.length === 0 ? [] : [table([HEAD, ...cells])]),
    ...charts.map(chartBlock),
    ...sections(remarks),
    context(footer),
  ];
  const lines = cells.slice(0, TEXT_ROWS).map((row) => escaped(row.join(' · ')));
  return {
    text: capped([title, ...lines, ...charts.map(chartText), ...remarks, footer].join('\n'), TEXT_MAX),
    blocks,
    charts,
  };
}

/** Letter for letter: nothing in them is read as markup. An empty cell is refused. */
function table(rows: readonly (readonly string[])[]): TableBlock {
  return {
    type: 'table',
    rows: rows.map((row) => row.map((text) => ({ type: 'raw_text' as const, text: text === '' ? '–' : text }))),
    column_settings: [{}, {}, { align: 'right' }, { align: 'right' }, { align: 'right' }, { is_wrapped: true }],
  };
}

function cellsOf(row: DigestRow, { locale: { currency }, nameOf }: DigestLook): readonly string[] {
  const { slug, ownerId, spentMicroUsd, beforeMicroUsd, worst48hMicroUsd, isTheoretical, faults } = row;
  const owner = ownerId === null ? 'nobody' : (nameOf(ownerId) ?? ownerId);
  return [
    plainForeign(slug, NAME_MAX),
    plainForeign(owner, NAME_MAX),
    formatMoney(spentMicroUsd, currency),
    formatMoney(beforeMicroUsd, currency),
    worst48hMicroUsd === null
      ? 'not known'
      : isTheoretical
        ? `no cap: ${roughMoney(worst48hMicroUsd, currency)}`
        : formatMoney(worst48hMicroUsd, currency),
    faults.map((id) => CHECK_RULES[id].short).join(', '),
  ];
}
