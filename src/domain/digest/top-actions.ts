import type { Change } from '../blast-radius/company.ts';
import type { Check } from '../hygiene/checks.ts';
import type { CheckScore } from '../hygiene/score.ts';
import { MICRO_USD_PER_USD } from '../money.ts';
import type { AlertRef, DigestAct, DigestAction } from './card.ts';

/** A key as far as it may be what somebody should do something about. */
export interface ActionKey {
  readonly keyId: string;
  readonly generation: number;
  readonly slug: string;
  readonly spentMicroUsd: number;
  /** Null: not known. */
  readonly worst48hMicroUsd: number | null;
  /** No cap stops it. */
  readonly isTheoretical?: boolean;
}

export interface ActionFacts {
  /** Working keys. */
  readonly keys: readonly ActionKey[];
  readonly checks: readonly CheckScore[];
  readonly atRiskMicroUsd: number;
  readonly change: Change | null;
  /** Alerts that call people and that nobody has taken on, the gravest first, with the key that each blames. */
  readonly unanswered: readonly (AlertRef & { readonly key: ActionKey })[];
  /** Old keys whose end was tried in vain. */
  readonly hanging: readonly ActionKey[];
}

const SHOWN = 3;
// A change that takes less off than this is not worth a founder's morning.
const WORTHWHILE_MICRO_USD = 10 * MICRO_USD_PER_USD;
const WORTHWHILE_SHARE = 0.05;

const ACT_OF: Readonly<Record<DigestAction['why'], DigestAct>> = {
  alert: 'show',
  revocation: 'show',
  cap_scope: 'cap',
  cap_by_hand: 'show',
  enforce_cap: 'show',
  stop_key: 'suspend',
  owned: 'claim',
  used: 'suspend',
  capped: 'cap',
  scoped: 'rotate',
  blast_radius: 'cap',
  young: 'rotate',
  alerts_answered: 'show',
  named: 'show',
  rotated: 'rotate',
};

/** What is mended in the same way: the list of three names each way once. */
const REMEDY: Readonly<Record<DigestAction['why'], string>> = {
  alert: 'answer',
  alerts_answered: 'answer',
  revocation: 'revocation',
  cap_scope: 'cap',
  cap_by_hand: 'cap',
  enforce_cap: 'cap',
  capped: 'cap',
  blast_radius: 'cap',
  stop_key: 'stop',
  used: 'stop',
  owned: 'own',
  scoped: 'rotate',
  young: 'rotate',
  rotated: 'rotate',
  named: 'name',
};

/**
 * The three things that matter most: what burns, what was tried in vain, what takes the most off the money at risk, and
 * then what costs the most points.
 */
export function topActions(facts: ActionFacts): {
  readonly actions: readonly DigestAction[];
  readonly more: number;
} {
  const remedies = new Set<string>();
  const distinct = candidates(facts).filter(({ why }) => {
    const isNew = !remedies.has(REMEDY[why]);
    remedies.add(REMEDY[why]);
    return isNew;
  });
  return { actions: distinct.slice(0, SHOWN), more: Math.max(0, distinct.length - SHOWN) };
}

function candidates(facts: ActionFacts): readonly DigestAction[] {
  const { unanswered, hanging, checks } = facts;
  const [alert] = unanswered;
  const [revocation] = hanging;
  return [
    ...(alert === undefined
      ? []
      : [
          action('alert', alert.key, { count: unanswered.length, alert: { alertId: alert.alertId, name: alert.name } }),
        ]),
    ...(revocation === undefined ? [] : [action('revocation', revocation, { count: hanging.length })]),
    ...changeAction(facts),
    ...checks
      .filter(({ lost }) => lost > 0)
      .toSorted((a, b) => b.lost - a.lost)
      .flatMap((check) => checkAction(facts, check)),
  ];
}

function changeAction({ keys, change, atRiskMicroUsd }: ActionFacts): readonly DigestAction[] {
  const key = change && keys.find(({ keyId }) => keyId === change.keyId);
  if (!change || key === null || key === undefined) return [];
  const { kind, savesMicroUsd, capMicroUsd } = change;
  if (savesMicroUsd < Math.max(WORTHWHILE_MICRO_USD, atRiskMicroUsd * WORTHWHILE_SHARE)) return [];
  return [action(kind, key, { savesMicroUsd, capMicroUsd })];
}

function checkAction({ keys }: ActionFacts, { id, lost, items }: CheckScore): readonly DigestAction[] {
  const slugs = new Set(items.map(({ slug }) => slug));
  let dearest: ActionKey | undefined;
  for (const key of keys) if (slugs.has(key.slug) && (dearest === undefined || isDearer(key, dearest))) dearest = key;
  return dearest === undefined ? [] : [action(id satisfies Check, dearest, { count: items.length, points: lost })];
}

function isDearer(a: ActionKey, b: ActionKey): boolean {
  const [spent, worst] = [a.spentMicroUsd - b.spentMicroUsd, (a.worst48hMicroUsd ?? -1) - (b.worst48hMicroUsd ?? -1)];
  return spent !== 0 ? spent > 0 : worst !== 0 ? worst > 0 : a.slug < b.slug;
}

function action(why: DigestAction['why'], key: ActionKey, rest: Partial<DigestAction>): DigestAction {
  const { keyId, generation, slug, spentMicroUsd } = key;
  const none = { count: 1, points: 0, savesMicroUsd: null, capMicroUsd: null, alert: null };
  return { why, act: ACT_OF[why], slug, key: { keyId, generation }, spentMicroUsd, ...none, ...rest };
}
