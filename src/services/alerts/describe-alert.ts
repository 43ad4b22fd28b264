import { type Action, isKeyAct, isLimitAct, isRefused, silentFrom } from '../../domain/action.ts';
import { type Alert, otherKeys } from '../../domain/alert.ts';
import type { Approval } from '../../domain/approval.ts';
import type { Grant } from '../../domain/grant.ts';
import type { Key, Lineage } from '../../domain/key.ts';
import type { Sentence } from '../../domain/sentence.ts';
import type { ConsoleSteps, KeyAct, Provider, ProviderCapabilities } from '../../ports/provider.ts';
import type { AlertEvent, Watermark } from '../../ports/store.ts';
import { type AccountCard, describeAccount } from '../actions/account.ts';
import { type Afterlife, describeAfterlife } from '../actions/describe-impact.ts';
import type { Deps } from '../deps.ts';
import { grantsOfKey } from '../grants/read-grants.ts';
import { describeScope, type ScopeCard } from '../limits/describe-scope.ts';
import { openRotationOf, type RotationLink } from '../rotation/rotation-link.ts';
import { type KeyCost, keyCosts } from './key-costs.ts';
import { type NextCall, nextCallOf } from './who-is-paged.ts';

/** Everything that the rendering of an alert needs, and nothing that it must look up. */
export interface AlertCard {
  readonly alert: Alert;
  readonly lineage: Lineage;
  /** The key that the alert blames. */
  readonly key: Key | null;
  readonly providerTitle: string;
  readonly scopeName: string | null;
  readonly capabilities: ProviderCapabilities | null;
  /** The acts that are possible now, mildest first. Empty without a write key. */
  readonly acts: readonly KeyAct[];
  /** What a person can do by hand; present when there is no act to offer, or the provider refuses the one asked for. */
  readonly consoleSteps: ConsoleSteps | null;
  /** The act on the key of this alert that was asked for last; changes of limits are told in the thread. */
  readonly lastAction: Action | null;
  /** An act on this key that waits for a second person. */
  readonly approval: Approval | null;
  /** What bounds the spend; null where the key is unknown or belongs to no scope. */
  readonly scope: ScopeCard | null;
  /** Limits of the key that were changed for a time. */
  readonly grants: readonly Grant[];
  /** The account to delete instead, once the provider has refused to revoke the key by itself. */
  readonly account: AccountCard | null;
  /** The rotation of the lineage that is under way. */
  readonly rotation: RotationLink | null;
  readonly events: readonly AlertEvent[];
  /** Whom it calls next, should nobody acknowledge. */
  readonly nextCall: NextCall | null;
  /** The keys of the same lineage that misbehave as well. */
  readonly otherKeys: readonly { readonly hint: string | null; readonly headline: Sentence }[];
  /** Which keys of the lineage spend, where there is more than one key. */
  readonly keyCosts: readonly KeyCost[];
  /** What goes on after a stop; null while there is none, or once it is proven. */
  readonly afterlife: Afterlife | null;
  /** Set while usage of this key's connection cannot be read. */
  readonly blind: Pick<Watermark, 'failingSince' | 'problem'> | null;
}

type DescribeDeps = Pick<Deps, 'store' | 'providers' | 'policy' | 'clock'>;

export async function describeAlert(deps: DescribeDeps, alertId: string): Promise<AlertCard | undefined> {
  const { alerts, actions, approvals, lineages, scopes, watermarks } = deps.store.read;
  const alert = await alerts.get(alertId);
  const lineage = alert && (await lineages.get(alert.lineageId));
  if (alert === undefined || lineage === undefined) return undefined;

  const key = await blamedKey(deps, alert);
  const provider = key === null ? undefined : deps.providers.get(key.connectionId);
  const scope = (await scopes.all()).find(({ id, providerId }) => id === key?.scopeId && providerId === key.providerId);
  const watermark = key === null ? undefined : await watermarks.get(key.connectionId);
  const acts = key === null ? [] : possibleActs(deps, key);
  const keyActs = (await actions.ofAlert(alertId)).filter(({ kind }) => !isLimitAct(kind));
  const lastAction = keyActs.toSorted((a, b) => a.requestedAt - b.requestedAt).at(-1) ?? null;
  return {
    alert,
    lineage,
    key,
    providerTitle: provider?.title ?? key?.providerId ?? 'unknown provider',
    scopeName: scope?.name ?? null,
    capabilities: provider?.capabilities ?? null,
    acts,
    consoleSteps: key && provider ? byHand({ provider, key, acts, lastAction }) : null,
    lastAction,
    approval: (await approvals.waiting()).find(({ keyId }) => keyId === key?.id) ?? null,
    scope: key === null ? null : await describeScope(deps, key),
    grants: key === null ? [] : await grantsOfKey(deps, key),
    account: key !== null && wasRefused(lastAction) ? await describeAccount(deps, key) : null,
    rotation: await openRotationOf(deps, lineage.id),
    events: await alerts.events(alertId),
    nextCall: nextCallOf(deps, alert, lineage),
    otherKeys: await describeOthers(deps, alert),
    keyCosts: await keyCosts(deps, alert),
    afterlife: key && isUnproven(lastAction) ? await describeAfterlife(deps, key, silentFrom(lastAction)) : null,
    blind: watermark?.failingSince ? watermark : null,
  };
}

async function describeOthers({ store }: DescribeDeps, alert: Alert): Promise<AlertCard['otherKeys']> {
  const others = otherKeys(alert).map(async ([keyId, { headline }]) => ({
    hint: (await store.read.keys.get(keyId))?.hint ?? null,
    headline,
  }));
  return Promise.all(others);
}

/** Keys of service accounts may refuse to be deleted by themselves; other failures say nothing about the account. */
function wasRefused(action: Action | null): boolean {
  if (action?.kind === 'delete_owner') return action.state === 'failed';
  if (action?.kind !== 'revoke' || action.problemCode !== 'provider_rejected') return false;
  return isRefused(action) || action.state === 'failed';
}

function isUnproven(action: Action | null): action is Action {
  return action?.state === 'confirmed';
}

interface Standing extends Pick<AlertCard, 'acts' | 'lastAction'> {
  readonly provider: Provider;
  readonly key: Key;
}

function byHand({ provider, key, acts, lastAction }: Standing): ConsoleSteps | null {
  const ref = { providerKeyId: key.providerKeyId, scopeId: key.scopeId };
  if (lastAction !== null && isRefused(lastAction)) {
    return provider.consoleSteps(isKeyAct(lastAction.kind) ? lastAction.kind : 'revoke', ref);
  }
  return acts.length === 0 ? provider.consoleSteps(stopAct(provider.capabilities), ref) : null;
}

async function blamedKey({ store }: Pick<DescribeDeps, 'store'>, { keyId, lineageId }: Alert): Promise<Key | null> {
  const key = keyId === null ? undefined : await store.read.keys.get(keyId);
  return key ?? (await store.read.keys.ofLineage(lineageId)).at(-1) ?? null;
}

/** What can be done to this key now, mildest first. Rendered as buttons; checked again when one is clicked. */
export function possibleActs({ providers }: Pick<Deps, 'providers'>, key: Key): readonly KeyAct[] {
  const provider = providers.get(key.connectionId);
  if (provider === undefined || key.kind === 'admin') return [];
  const acts: KeyAct[] = [];
  if (provider.suspendKey && key.status === 'active') acts.push('suspend');
  if (provider.restoreKey && key.status === 'inactive') acts.push('restore');
  if (provider.revokeKey && (key.status === 'active' || key.status === 'inactive')) acts.push('revoke');
  return acts;
}

function stopAct(capabilities: ProviderCapabilities): KeyAct {
  return capabilities.disable === 'reversible' ? 'suspend' : 'revoke';
}
