import type { DigestCard } from '../domain/digest/card.ts';
import { AppError } from '../domain/errors.ts';
import { previewDigest } from '../services/digest/read-digest.ts';
import type { RiskDeps } from '../services/risk/read-risk.ts';
import { lookFor } from '../slack/digest-renderers.ts';
import { chartText } from '../slack/views/chart.ts';
import { digestView } from '../slack/views/digest.ts';
import type { DigestLook } from '../slack/views/digest-words.ts';
import { out, printable } from './output.ts';
import { withStored } from './stored-deps.ts';

interface Asked {
  readonly render: 'text' | 'json';
  readonly week?: string;
}

export function digest({ render, week }: Asked): Promise<void> {
  return withStored(async (deps) => {
    const card = week === undefined ? await previewDigest(deps) : await sentIn(deps, week);
    out(render === 'json' ? `${JSON.stringify(card, null, 2)}\n` : await textOf(deps, card));
  });
}

async function sentIn({ store }: RiskDeps, week: string): Promise<DigestCard> {
  const card = (await store.read.digests.get(week))?.card;
  if (card) return card;
  throw new AppError({
    code: 'not_found',
    message: `no digest of ${week}`,
    publicMessage: `No digest of ${printable(week)} was sent here; a week is written like 2026-W44.`,
  });
}

/** What the message's blocks say, without Slack's marks: a paragraph each, things to do as a list. */
async function textOf(deps: RiskDeps, card: DigestCard): Promise<string> {
  const locale = { currency: deps.policy.currency, timezone: deps.policy.calendar.timeZone };
  const look = await lookFor(deps, card, locale);
  const { blocks, charts } = digestView(card, look);
  const said = blocks.flatMap((block): readonly Said[] => {
    if (block.type === 'header') return [{ text: block.text.text, isListed: false }];
    if (block.type === 'section')
      return [{ text: block.text?.text ?? '', isListed: block.accessory?.type === 'button' }];
    if (block.type !== 'context') return [];
    return [
      {
        text: block.elements
          .map((one) => ('text' in one ? one.text : ''))
          .join('\n')
          .replaceAll(' · ', '\n'),
        isListed: false,
      },
    ];
  });
  const drawn = charts.map((chart) => ({ text: chartText(chart), isListed: false }));
  // The footer comes last, as in the message.
  const paragraphs = [...said.slice(0, -1), ...drawn, ...said.slice(-1)].map(({ text, isListed }, index) => {
    const lines = plainText(text, look).split('\n').map(printable);
    const apart = index === 0 || isListed ? '' : '\n';
    return `${apart}${isListed ? `  - ${lines.join('\n    ')}` : lines.join('\n')}\n`;
  });
  return paragraphs.join('');
}

interface Said {
  readonly text: string;
  /** It is one of the things to do, which have buttons in Slack. */
  readonly isListed: boolean;
}

function plainText(text: string, { nameOf }: DigestLook): string {
  return text
    .replaceAll(/<!date\^[^|>]*\|([^>]*)>/g, '$1')
    .replaceAll(/<@([^>]+)>/g, (_, id: string) => `@${nameOf(id) ?? id}`)
    .replaceAll(/<[^|>]*\|([^>]*)>/g, '$1')
    .replaceAll(':warning:', '!')
    .replaceAll(/:clap: |\*|\u2060/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
