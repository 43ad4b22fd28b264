import type { KnownBlock, View } from '@slack/types';
import { type Action, hangs } from '../../domain/action.ts';
import { type Alert, alertName } from '../../domain/alert.ts';
import { LEARNING_DAYS } from '../../domain/baseline.ts';
import type { Radius } from '../../domain/blast-radius/radius.ts';
import type { KeyChange, ProviderEvent } from '../../domain/detector.ts';
import type { Grant } from '../../domain/grant.ts';
import type { LintFinding } from '../../domain/hygiene/lint.ts';
import type { InventoryEntry } from '../../domain/inventory-entry.ts';
import { isWatched, type Key } from '../../domain/key.ts';
import type { ModelBounds } from '../../domain/lineage-facts.ts';
import { formatMoney } from '../../domain/money.ts';
import type { OwnCap } from '../../domain/own-cap.ts';
import { formatLength } from '../../domain/time.ts';
import type { Watch } from '../../domain/watch.ts';
import type { KeyAct } from '../../ports/provider.ts';
import type { AccountCard } from '../../services/actions/account.ts';
import type { KeySummary } from '../../services/inventory/list-keys.ts';
import type { CapControls, ScopeCard } from '../../services/limits/describe-scope.ts';
import type { Overshoot } from '../../services/limits/present-overshoot.ts';
import type { HoldCard } from '../../services/noise/read-holds.ts';
import type { RotationLink } from '../../services/rotation/rotation-link.ts';
import type { StaleCard } from '../../services/stale/describe-stale.ts';
import { encodeButton } from '../button-value.ts';
import { plain } from './action-modal.ts';
import { lastActText } from './action-text.ts';
import { ownerText } from './alert.ts';
import { ACT_LABEL, deleteAccountButton, stopTryingButton } from './alert-buttons.ts';
import { factorText } from './backtest.ts';
import { actions, type ButtonSpec, context, type Rendered, section, sections, TEXT_MAX } from './blocks.ts';
import { overshootText, ownCapText } from './cap-words.ts';
import { grantText } from './grant.ts';
import { holdFact } from './hold.ts';
import { lastUsedText } from './last-used.ts';
import { lintFacts } from './lint.ts';
import { modelBoundsLines } from './model-bounds.ts';
import { stoppedText, watchLines, worstText } from './risk-words.ts';
import { nextText, progressText } from './rotation-words.ts';
import { boundsLines, capText, spentText } from './scope.ts';
import { standingText } from './stale-words.ts';
import {
  actorMention,
  capital,
  capped,
  dayAndTime,
  escaped,
  footerText,
  foreign,
  type Locale,
  messageLink,
} from './text.ts';

const NAMES_MAX = 300;

export interface KeyCard extends KeySummary {
  /** With every column of the inventory. */
  readonly entry: InventoryEntry;
  readonly acts: readonly KeyAct[];
  /** The open alert of this key's lineage. */
  readonly alert: Alert | null;
  /** What the provider's own log tells of it, oldest first. */
  readonly events: readonly ProviderEvent[];
  readonly consoleUrl: string | null;
  /** Null for keys that belong to no scope. */
  readonly scope: ScopeCard | null;
  /** Of the scope, in this calendar month. */
  readonly spentMicroUsd: number | null;
  /** The team's own cap, whoever set it. */
  readonly own: OwnCap;
  readonly overshoot: Overshoot;
  /** What it could cost in 48 hours; null: it does not work, or calls no model. */
  readonly radius: Radius | null;
  /** Null: nothing of it has to be noticed. */
  readonly watch: Watch | null;
  /** Limits that were changed for a time. */
  readonly grants: readonly Grant[];
  /** Windows in which spend is expected, and muted rules. */
  readonly holds: readonly HoldCard[];
  readonly cap: CapControls;
  /** Which models it may call, and what was promised of its data. */
  readonly bounds: ModelBounds;
  /** The account that may be deleted instead of the key. */
  readonly account: AccountCard | null;
  /** How many days of what is usual are known while that is too few; null: enough are, or it was never used. */
  readonly learning: number | null;
  /** Of policy. */
  readonly usualFactor: number;
  /** The rotation of the lineage that is under way. */
  readonly rotation: RotationLink | null;
  /** How far it has come on the ladder of keys without traffic; null: nobody was asked. */
  readonly standing?: StaleCard | null;
  /** What policy has against its name, owner and place. */
  readonly findings?: readonly LintFinding[];
  /** The newest act on the key or its limits. */
  readonly lastAction: Action | null;
}

const CHANGE_WORD: Readonly<Record<KeyChange, string>> = { created: 'made', updated: 'changed', deleted: 'deleted' };

export function keyCardView(card: KeyCard, { locale, now }: { locale: Locale; now: number }): Rendered {
  const { key, lineage, alert } = card;
  const headline = `*${escaped(lineage.slug)}* is ${key.status}${alert === null ? '' : `; ${alertName(alert)} is ${alert.state}`}`;
  const facts = factsOf(card, locale, now);
  const blocks: KnownBlock[] = [section(headline), ...sections(facts)];
  const buttons = buttonsOf(card);
  if (buttons.length > 0) blocks.push(actions(`card_${key.generation}`, buttons));
  const footer = footerText(linksOf(card), locale);
  if (footer !== '') blocks.push(context(footer));
  const text = [headline, ...facts, footer].filter((line) => line !== '').join('\n');
  return { text: capped(text, TEXT_MAX), blocks };
}

/** The same as a modal, which has room for as many blocks as a message. */
export function keyCardModal(
  card: KeyCard,
  { title, ...options }: { readonly title: string; readonly locale: Locale; readonly now: number },
): View {
  return { type: 'modal', title: plain(title), close: plain('Close'), blocks: keyCardView(card, options).blocks };
}

function buttonsOf(card: KeyCard): ButtonSpec[] {
  const { key, lineage, alert, acts, cap, account } = card;
  const value = encodeButton({ alertId: alert?.id ?? null, keyId: key.id, generation: key.generation });
  const buttons = acts.map(
    (act): ButtonSpec => ({
      actionId: `key_${act}`,
      label: ACT_LABEL[act],
      value,
      accessibilityLabel: `${capital(act)} ${lineage.slug}`,
      ...(act === 'revoke' ? { style: 'danger' } : {}),
    }),
  );
  if (cap.canChange) {
    const accessibilityLabel = `Change the cap of ${lineage.slug}`;
    buttons.push({ actionId: 'scope_cap', label: 'Change cap…', value, accessibilityLabel });
  }
  if (key.kind !== 'admin' && isWatched(key) && key.status !== 'gone' && card.rotation === null) {
    buttons.push({ actionId: 'key_rotate', label: 'Rotate…', value, accessibilityLabel: `Rotate ${lineage.slug}` });
  }
  if (account?.refusal === null) buttons.push(deleteAccountButton(value, lineage.slug));
  if (card.lastAction !== null && hangs(card.lastAction)) buttons.push(stopTryingButton(card.lastAction, lineage.slug));
  return buttons;
}

function linksOf({ consoleUrl, cap }: KeyCard): readonly string[] {
  const links = [
    consoleUrl === null ? '' : `<${consoleUrl}|Open it in the provider’s console>`,
    cap.consoleSteps === null ? '' : `<${cap.consoleSteps.url}|Change the cap there>`,
  ];
  return links.filter((link) => link !== '');
}

function factsOf(card: KeyCard, locale: Locale, now: number): string[] {
  const { key, lineage, providerTitle, scopeName, last30dMicroUsd } = card;
  const created = key.createdAt === null ? 'unknown' : ageText(key.createdAt, locale, now);
  const facts = [
    `*Label* ${foreign(key.label)}`,
    `*Key* ${key.hint === null ? 'no hint from the provider' : foreign(key.hint)}`,
    `*Where* ${escaped(providerTitle)}${scopeName === null ? '' : ` / ${foreign(scopeName)}`}`,
    `*Environment* ${lineage.environment}${lineage.environment === 'unknown' ? ' (counts as production)' : ''}`,
    `*Owner* ${ownerText(lineage, key.owner)}`,
    `*Created* ${created} · ${lastUsedText(card, now)}`,
    `*Cost* ${formatMoney(last30dMicroUsd, locale.currency)} in 30 days`,
  ];
  facts.push(...inventoryFacts(card, locale));
  if (card.learning !== null) facts.push(learningText(card.learning));
  if (lineage.ownRatio !== null) facts.push(`*Factor* ${factorText(lineage, card.usualFactor, locale)}`);
  facts.push(
    ...capFacts(card, locale),
    ...riskFacts(card, locale),
    ...card.grants.map((grant) => grantText(grant, locale)),
  );
  facts.push(...modelBoundsLines(lineage, card.bounds));
  facts.push(...card.holds.map((hold) => holdFact(hold, locale)));
  if (card.events.length > 0) {
    facts.push(`*Provider’s log* ${card.events.map((event) => eventText(event, locale)).join(' · ')}`);
  }
  if (key.goneAt !== null) facts.push(goneText(key, key.goneAt, locale));
  if (key.owner?.hasAccess === false) facts.push('*Orphaned:* its owner has lost access at the provider');
  if (key.expiresAt !== null) facts.push(`*Expires* ${dayAndTime(key.expiresAt, locale)}`);
  if (key.kind === 'admin') facts.push('*Admin key:* watched for expiry; never stopped from here');
  const stale = card.standing ? standingText(card.standing, locale) : null;
  if (stale !== null) facts.push(`*Without traffic* ${stale}`);
  facts.push(...lintFacts(card.findings ?? []));
  if (card.rotation !== null) facts.push(rotationText(card.rotation, key, locale));
  if (card.lastAction !== null) facts.push(lastActText(card.lastAction, locale));
  return facts;
}

function ageText(createdAt: number, locale: Locale, now: number): string {
  return `${dayAndTime(createdAt, locale)}, ${formatLength(Math.max(0, now - createdAt))} ago`;
}

/** What else the inventory knows; what is not known is not said. */
function inventoryFacts({ entry }: KeyCard, locale: Locale): string[] {
  const money = (microUsd: number) => formatMoney(microUsd, locale.currency);
  const named = (title: string, names: readonly string[]) =>
    names.length === 0 ? [] : [`*${title}* ${foreign(names.join(', '), NAMES_MAX)}`];
  const { rotationDueAt } = entry;
  return [
    ...(entry.monthToDateMicroUsd > 0 ? [`*This month* ${money(entry.monthToDateMicroUsd)}`] : []),
    ...(entry.workload === null ? [] : [`*What for* ${foreign(entry.workload, NAMES_MAX)}`]),
    ...named('Who uses it', entry.consumers),
    ...named('Models in 30 days', entry.models),
    ...named('Endpoints in 30 days', entry.endpoints),
    ...named('Stored in', entry.storedIn ?? []),
    ...(rotationDueAt === null ? [] : [`*Rotation due* ${dayAndTime(rotationDueAt, locale)}`]),
    ...(entry.isWatched ? [] : ['*Not watched* registered by hand: nobody sees what it spends']),
  ];
}

/** Until then only what is much in itself is alerted. */
function learningText(days: number): string {
  return `*What is usual* learning, ${days} of ${LEARNING_DAYS} days`;
}

function rotationText({ rotation, oldKeyStatus, place }: RotationLink, key: Key, locale: Locale): string {
  const which =
    rotation.oldKeyId === key.id
      ? 'this is the old key, '
      : rotation.newKeyId === key.id
        ? 'this is the new key, '
        : '';
  const thread = messageLink('thread', place, locale);
  return `*Rotation* ${which}${progressText(rotation)}, ${nextText(rotation, oldKeyStatus)}, driven by ${actorMention(rotation.driver)} since ${dayAndTime(rotation.startedAt, locale)} · ${thread}`;
}

/** The own cap beside the provider's, each with what goes through before it acts. */
function capFacts({ key, own, overshoot, scope, spentMicroUsd }: KeyCard, locale: Locale): string[] {
  const facts: string[] = [];
  if (key.kind !== 'admin' && own.origin !== null) {
    const over = own.microUsd === null ? '' : ` · ${overshootText(overshoot.ownMicroUsd, locale)}`;
    facts.push(`*Own cap* ${ownCapText(own)}${over}`);
  }
  if (scope === null) return facts;
  const spent = spentText(scope, spentMicroUsd, locale);
  const isCapped = scope.known?.limits?.spendLimit.monthlyMicroUsd != null;
  const over = isCapped ? ` · ${overshootText(overshoot.providerMicroUsd, locale)}` : '';
  const cap = `*Provider’s cap* ${capText(scope, locale)}${spent === null ? '' : ` · ${spent}`}${over}`;
  return [...facts, cap, ...boundsLines(scope)];
}

function riskFacts({ radius, watch }: KeyCard, locale: Locale): string[] {
  const risk = radius === null ? [] : [`*Blast radius* ${worstText(radius, locale)} · ${stoppedText(radius)}`];
  return watch === null ? risk : [...risk, ...watchLines(watch)];
}

/** Who and when; the address that it came from is for those who investigate, not for everybody who may look. */
function eventText({ at, kind, keyChange, actor }: ProviderEvent, locale: Locale): string {
  const what = keyChange === null ? foreign(kind, 40) : CHANGE_WORD[keyChange];
  const who = actor === null ? '' : ` by ${foreign(actor, 60)}`;
  return `${what} ${dayAndTime(at, locale)}${who}`;
}

/** A provider says that a key is gone, never when: what is known is when it was missed. */
function goneText({ firstSeenAt }: Key, goneAt: number, locale: Locale): string {
  const when = dayAndTime(goneAt, locale);
  if (firstSeenAt === goneAt) return `*Gone* it was no longer listed when its usage was first seen, ${when}`;
  return `*Gone* missing from the provider’s list since ${when}`;
}
