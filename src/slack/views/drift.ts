import { formatMoney } from '../../domain/money.ts';
import type { DriftDetail } from '../../domain/notice.ts';
import { verdictOf } from '../../domain/reconciliation.ts';
import type { DriftCard } from '../../services/notices/describe-notice.ts';
import type { Words } from './blocks.ts';
import { COSTS_NOT_ENABLED, costNameText, errorText, figuresText } from './costs.ts';
import { foreign, type Locale, utcDayText } from './text.ts';

/** What the message says of figures that differ. `name` is the connection's, ready to be shown. */
export function driftWords(card: DriftCard, name: string, locale: Locale): Words {
  const { detail } = card;
  const day = utcDayText(detail.dayAt);
  switch (detail.state) {
    case 'agrees': {
      const verdict = `Our figures for ${name} agree with its own again, ${errorText(detail)} for ${day}: ${figuresText(detail, locale)}.`;
      return { verdict, lines: [], footer: null };
    }
    case 'removed':
      return {
        verdict: `Our figures for ${name} are no longer compared with its own: the connection is not configured any more.`,
        lines: [],
        footer: null,
      };
    case 'unreadable':
      return {
        verdict: `Our figures for ${name} cannot be compared with its own any more: its costs cannot be read with this key.`,
        lines: [`What to do: ${COSTS_NOT_ENABLED}. When they were last compared, for ${day}, they differed.`],
        footer: null,
      };
    case 'drifts':
      return {
        verdict: `:warning: ${differenceText(card, name, locale)}`,
        lines: [...worstLines(card, locale), reasonText(detail, locale), whatToDo()],
        footer: 'Days are UTC. Ours comes first, then the provider’s own. This message changes until they agree.',
      };
  }
}

function differenceText({ detail, worst }: DriftCard, name: string, locale: Locale): string {
  const day = utcDayText(detail.dayAt);
  if (verdictOf(detail) === 'drifts') {
    if (detail.providerMicroUsd <= 0)
      return `Our figures for ${name} say ${formatMoney(detail.ownMicroUsd, locale.currency)} for ${day}, its own say nothing.`;
    return `Our figures for ${name} are ${errorText(detail)} its own for ${day}: ${figuresText(detail, locale)}.`;
  }
  const [first] = worst;
  const count = worst.length + detail.others;
  const whole = `As a whole they agree: ${figuresText(detail, locale)}.`;
  if (first !== undefined && count === 1) {
    return `Our figures for ${costNameText(first.name)} at ${name} are off for ${day}: ${figuresText(first, locale)}, ${errorText(first)}. ${whole}`;
  }
  return `Our figures for ${count} keys or scopes of ${name} differ from its own for ${day} by more than 5 %. ${whole}`;
}

function worstLines({ worst, detail }: DriftCard, locale: Locale): readonly string[] {
  const lines = worst.map((one) => `• ${costNameText(one.name)}: ${figuresText(one, locale)}, ${errorText(one)}`);
  return detail.others === 0 ? lines : [...lines, `• and ${detail.others} more`];
}

function reasonText(detail: DriftDetail, { currency }: Locale): string {
  const models = detail.models.length === 0 ? '' : ` (${detail.models.map((model) => foreign(model)).join(', ')})`;
  const reasons = [
    detail.hasUnpriced ? `some usage has no price at all and counts as nothing here${models}` : '',
    detail.estimatedMicroUsd > 0
      ? `${formatMoney(detail.estimatedMicroUsd, currency)} of ours is priced like a similar model${detail.hasUnpriced ? '' : models}`
      : '',
    detail.unseenMicroUsd > 0
      ? `${formatMoney(detail.unseenMicroUsd, currency)} is usage without a key, or with one that is not in the inventory, that we are not shown`
      : '',
  ].filter((reason) => reason !== '');
  if (reasons.length > 0) return `Probably because ${reasons.join('; and ')}.`;
  if (detail.isEven)
    return 'Every key is off by the same share: a discount, a credit or a changed price looks like this.';
  return 'Why is not known: all of it has a listed price. A changed price of one model looks like this.';
}

function whatToDo(): string {
  return 'Until then alerts count in our figures. See `keysteward reconcile` for every key; put a wrong price right in policy.yml, then run `keysteward reprice`.';
}
