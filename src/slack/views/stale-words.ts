import { roughMoney } from '../../domain/money.ts';
import { lastKeptDay } from '../../domain/stale-ladder.ts';
import { formatLength } from '../../domain/time.ts';
import type { StaleCard } from '../../services/stale/describe-stale.ts';
import { encodeButton } from '../button-value.ts';
import { environmentText } from './alert.ts';
import { undoButton } from './alert-buttons.ts';
import type { ButtonSpec } from './blocks.ts';
import { actorMention, dateText, dayAndTime, escaped, foreign, type Locale, mention } from './text.ts';

export const STALE_KEEP = 'stale_keep';
export const STALE_DELETE = 'stale_delete';

/** Which key it is and since when it is quiet. */
export function staleRowText(card: StaleCard, locale: Locale): string {
  const { key, lineage, providerTitle, scopeName, worstMicroUsd } = card;
  const where = scopeName === null ? escaped(providerTitle) : `${escaped(providerTitle)} / ${foreign(scopeName)}`;
  const parts = [
    `*${escaped(lineage.slug)}*`,
    environmentText(lineage),
    where,
    key.hint === null ? 'no hint' : foreign(key.hint),
    silenceText(card, locale),
  ];
  if (worstMicroUsd !== null && worstMicroUsd > 0 && key.status === 'active') {
    parts.push(`up to ${escaped(roughMoney(worstMicroUsd, locale.currency))} in 48 hours if it leaked`);
  }
  return parts.join(' · ');
}

/** Never more than is known. */
export function silenceText({ idle }: Pick<StaleCard, 'idle'>, locale: Locale): string {
  const since = dayText(idle.sinceAt, locale);
  switch (idle.kind) {
    case 'unused':
      return `last used ${since}`;
    case 'never':
      return `there since ${since}, never used`;
    case 'unseen':
      return `no use seen since ${since}; what was before is not known`;
    case 'unknown':
      return idle.why === 'blind'
        ? 'use not known: it cannot be read now'
        : 'use not known: its provider does not tell it by key';
  }
}

/** How far it has come, in a line of its own; null: nothing has happened yet. */
export function standingText(card: StaleCard, locale: Locale): string | null {
  const { record, key } = card;
  if (record === null) return null;
  const by = record.deletableBy === null ? '' : `${actorMention(record.deletableBy)} says that it can be deleted; `;
  switch (record.state) {
    case 'asked':
      return record.askedTo === null || record.askedAt === null
        ? null
        : `${mention(record.askedTo)} was asked ${dayText(record.askedAt, locale)}`;
    case 'proposed':
      return `${by}${proposedText(card, locale)}`;
    case 'kept': {
      const until = record.keptUntil === null ? '' : ` until ${lastKeptDay(record.keptUntil, locale.timezone)}`;
      const why = record.keptReason === null ? '' : `: “${foreign(record.keptReason, 120)}”`;
      return `kept${until} by ${actorMention(record.keptBy ?? '')}${why}`;
    }
    case 'suspended':
      return key.status === 'active' ? 'its suspension is on its way' : suspendedText(card, locale);
    case 'over':
      return endText(card, locale);
  }
}

function proposedText({ record, facts }: StaleCard, locale: Locale): string {
  if (record?.actAt == null) return '';
  if (record.actedAt !== null || !facts.maySuspend) {
    return 'nothing is done by itself: somebody has to delete it, or to keep it';
  }
  return `suspended on ${dayAndTime(record.actAt, locale)}, unless it is used or kept until then`;
}

function suspendedText({ record, idle }: StaleCard, locale: Locale): string {
  if (record === null || record.actedAt === null || record.undoUntil === null) return 'suspended';
  const late =
    idle.kind === 'unused' && idle.sinceAt > (record.proposedAt ?? 0)
      ? `; :warning: it was used ${dayAndTime(idle.sinceAt, locale)}, before that`
      : '';
  return `suspended ${dayAndTime(record.actedAt, locale)}, Undo until ${dayText(record.undoUntil, locale)}${late}`;
}

function endText({ record, key, idle }: StaleCard, locale: Locale): string | null {
  switch (record?.end) {
    case 'used':
      return `used again ${dayAndTime(idle.sinceAt, locale)}: nothing is done`;
    case 'stopped':
      return `${key.status === 'gone' ? 'deleted' : key.status} by now`;
    case 'restored':
      return 'started again: it stays';
    case 'kept_over':
      return 'the day until which it was kept is over';
    case 'undo_over':
      return 'suspended, and nobody wanted it back: it can be deleted for good';
    case 'given_up':
      return 'its suspension was given up: it stays';
    case 'exempt':
      return 'left alone now';
    default:
      return null;
  }
}

/** What a person can do about one key now. */
export function staleButtons(card: StaleCard): readonly ButtonSpec[] {
  const { key, lineage, acts, record } = card;
  const name = lineage.slug;
  const value = encodeButton({ alertId: null, keyId: key.id, generation: key.generation });
  const remove: ButtonSpec = { actionId: STALE_DELETE, label: 'Delete…', value, accessibilityLabel: `Delete ${name}` };
  if (key.status === 'active') {
    const isStopping = record?.state === 'suspended';
    if (isStopping || (record?.state === 'over' && record.end !== 'kept_over')) return [];
    const keep: ButtonSpec = { actionId: STALE_KEEP, label: 'Keep…', value, accessibilityLabel: `Keep ${name}` };
    const suspend: ButtonSpec = {
      actionId: 'key_suspend',
      label: 'Suspend…',
      value,
      accessibilityLabel: `Suspend ${name}`,
    };
    return [keep, ...(acts.includes('suspend') ? [suspend] : []), remove];
  }
  const isOurs = record?.state === 'suspended' || record?.end === 'undo_over';
  if (!isOurs || !acts.includes('restore')) return [];
  return [undoButton(value, name), remove];
}

export function dayText(at: number, { timezone }: Pick<Locale, 'timezone'>): string {
  return `<!date^${Math.floor(at / 1000)}^{date_short}|${dateText(at, timezone)}>`;
}

export function quietText({ idle }: Pick<StaleCard, 'idle'>, now: number): string {
  return formatLength(Math.max(0, now - idle.sinceAt));
}
