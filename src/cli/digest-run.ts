import type { DigestCard } from '../domain/digest/card.ts';
import { AppError } from '../domain/errors.ts';
import { previewDigest } from '../services/digest/read-digest.ts';
import type { RiskDeps } from '../services/risk/read-risk.ts';
import { lookFor } from '../slack/digest-renderers.ts';
import { digestView } from '../slack/views/digest.ts';
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

/** The text of the message, which says all that its blocks say, without Slack's marks. */
async function textOf(deps: RiskDeps, card: DigestCard): Promise<string> {
  const locale = { currency: deps.policy.currency, timezone: deps.policy.calendar.timeZone };
  const look = await lookFor(deps, card, locale);
  const { text } = digestView(card, look);
  const plain = text
    .replaceAll(/<!date\^[^|>]*\|([^>]*)>/g, '$1')
    .replaceAll(/<@([^>]+)>/g, (_, id: string) => `@${look.nameOf(id) ?? id}`)
    .replaceAll(/<[^|>]*\|([^>]*)>/g, '$1')
    .replaceAll(':warning:', '!')
    .replaceAll(/:clap: |\*|\u2060/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
  return `${plain.split('\n').map(printable).join('\n')}\n`;
}
