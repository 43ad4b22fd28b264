import type { KnownBlock } from '@slack/types';
import { type Alert, alertName } from '../../domain/alert.ts';
import { formatMoney } from '../../domain/money.ts';
import type { KeyAct } from '../../ports/provider.ts';
import type { KeySummary } from '../../services/inventory/list-keys.ts';
import { encodeButton } from '../button-value.ts';
import { ACT_LABEL, capital, ownerText } from './alert.ts';
import { actions, context, type Rendered, section } from './blocks.ts';
import { lastUsedText } from './last-used.ts';
import { dayAndTime, escaped, footerText, foreign, type Locale } from './text.ts';

export interface KeyCard extends KeySummary {
  readonly acts: readonly KeyAct[];
  /** The open alert of this key's lineage. */
  readonly alert: Alert | null;
  readonly consoleUrl: string | null;
}

export function keyCardView(card: KeyCard, { locale, now }: { locale: Locale; now: number }): Rendered {
  const { key, lineage, alert, acts } = card;
  const headline = `*${escaped(lineage.slug)}* is ${key.status}${alert === null ? '' : `; ${alertName(alert)} is ${alert.state}`}`;
  const facts = factsOf(card, locale, now);
  const blocks: KnownBlock[] = [section(headline), section(facts.join('\n'))];
  if (acts.length > 0) {
    const value = encodeButton({ alertId: alert?.id ?? null, keyId: key.id, generation: key.generation });
    blocks.push(
      actions(
        `card_${key.generation}`,
        acts.map((act) => ({
          actionId: `key_${act}`,
          label: ACT_LABEL[act],
          value,
          accessibilityLabel: `${capital(act)} ${lineage.slug}`,
          ...(act === 'revoke' ? { style: 'danger' as const } : {}),
        })),
      ),
    );
  }
  const link = card.consoleUrl === null ? [] : [`<${card.consoleUrl}|Open it in the provider’s console>`];
  const footer = footerText(link, locale);
  if (footer !== '') blocks.push(context(footer));
  return { text: [headline, ...facts, footer].filter((line) => line !== '').join('\n'), blocks };
}

function factsOf(card: KeyCard, locale: Locale, now: number): string[] {
  const { key, lineage, providerTitle, scopeName, last30dMicroUsd } = card;
  const created = key.createdAt === null ? 'unknown' : dayAndTime(key.createdAt, locale);
  const facts = [
    `*Label* ${foreign(key.label)}`,
    `*Key* ${key.hint === null ? 'no hint from the provider' : foreign(key.hint)}`,
    `*Where* ${escaped(providerTitle)}${scopeName === null ? '' : ` / ${foreign(scopeName)}`}`,
    `*Environment* ${lineage.environment}${lineage.environment === 'unknown' ? ' (counts as production)' : ''}`,
    `*Owner* ${ownerText(lineage, key.owner)}`,
    `*Created* ${created} · ${lastUsedText(card, now)}`,
    `*Cost* ${formatMoney(last30dMicroUsd, locale.currency)} in 30 days`,
  ];
  if (key.owner?.hasAccess === false) facts.push('*Orphaned:* its owner has lost access at the provider');
  if (key.expiresAt !== null) facts.push(`*Expires* ${dayAndTime(key.expiresAt, locale)}`);
  if (key.kind === 'admin') facts.push('*Admin key:* watched for expiry; never stopped from here');
  return facts;
}
