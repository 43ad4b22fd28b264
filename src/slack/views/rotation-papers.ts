import { dateFormat } from '../../domain/formats.ts';
import { formatMoney } from '../../domain/money.ts';
import { plural } from '../../domain/time.ts';
import type { Paper, UsageLine } from '../../services/rotation/emergency-papers.ts';
import { type Rendered, sections, TEXT_MAX } from './blocks.ts';
import { capped, dayAndTime, escaped, foreign, type Locale, plainForeign } from './text.ts';

const MOST_LINES = 24;

/** The last day of the old key, by hour and model. */
export function usagePaper({ card, lines, from, to, costMicroUsd }: Paper, locale: Locale): Rendered {
  const money = escaped(formatMoney(costMicroUsd, locale.currency));
  const title = `*What the old key of ${escaped(card.lineage.slug)} was used for* from ${dayAndTime(from, locale)} to ${dayAndTime(to, locale)}: ${money}`;
  if (lines.length === 0)
    return said([title, 'No usage is known in this time; what was used just now may still come in.']);
  const shown = lines.slice(0, MOST_LINES).map((line) => `• ${lineText(line, locale)}`);
  const more =
    lines.length > MOST_LINES ? [`• and ${lines.length - MOST_LINES} more; \`/keys show\` has the rest`] : [];
  return said([title, ...shown, ...more]);
}

function lineText({ startAt, model, requests, tokens, costMicroUsd }: UsageLine, locale: Locale): string {
  const count = requests === null ? plural(tokens, 'token') : plural(requests, 'request');
  return `${dayAndTime(startAt, locale)} ${foreign(model, 50)}: ${count}, ${escaped(formatMoney(costMicroUsd, locale.currency))}`;
}

/** What to write to the provider's support: everything they ask for, and nothing secret. In UTC, since they read it elsewhere. */
export function supportPaper({ card, key, from, to, lines, costMicroUsd }: Paper, locale: Locale): Rendered {
  const { providerTitle, scopeName, rotation } = card;
  const models = [...new Set(lines.map(({ model }) => model))].slice(0, 10).map((model) => plainForeign(model, 50));
  const where =
    key.scopeId === null ? 'the organization' : `${plainForeign(scopeName ?? '')} (${plainForeign(key.scopeId)})`;
  const utc = (at: number) =>
    `${dateFormat('en-CA', { timeZone: 'UTC', dateStyle: 'short', timeStyle: 'short', hourCycle: 'h23' }).format(at)} UTC`;
  const text = [
    'Subject: leaked API key, please review the abuse and the charges',
    '',
    `One of our API keys ${rotation.isPublic ? 'became public' : 'may be in the hands of others'}. We noticed it on ${utc(rotation.startedAt)}.`,
    `Key: ${plainForeign(key.hint ?? 'no hint')}, id ${plainForeign(key.providerKeyId)}, named ${plainForeign(key.label)}`,
    `Scope: ${where}`,
    `Time window: ${utc(from)} to ${utc(to)}`,
    `Usage in it: ${formatMoney(costMicroUsd, locale.currency)}${models.length === 0 ? '' : `, models ${models.join(', ')}`}`,
    `State of the key: ${key.status}${key.stoppedAt === null ? '' : ` since ${utc(key.stoppedAt)}`}`,
    'Please tell us from which addresses it was used, stop what is still running with it (batches, jobs), and review the charges.',
  ];
  const quoted = `\`\`\`${escaped(text.join('\n').replaceAll('`', "'"))}\`\`\``;
  return said([
    `*For the support of ${escaped(providerTitle)}*: copy this, and add your organization’s name and a person to call.`,
    quoted,
  ]);
}

function said(lines: readonly string[]): Rendered {
  return { text: capped(lines.join('\n'), TEXT_MAX), blocks: sections(lines) };
}
