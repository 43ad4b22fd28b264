import { systemActor } from '../../domain/actor.ts';
import { isAppError, isRetryable, publicMessageOf } from '../../domain/errors.ts';
import {
  type Grant,
  type GrantFacts,
  type GrantMove,
  type GrantOutcome,
  nextInstant,
  nextMove,
  sameValue,
  valueWords,
} from '../../domain/grant.ts';
import type { Lineage } from '../../domain/key.ts';
import { ownCapOf } from '../../domain/own-cap.ts';
import { MINUTE_MS } from '../../domain/time.ts';
import type { Repos } from '../../ports/store.ts';
import { type RequestLimitChangeInput, requestLimitChange } from '../actions/request-limit-change.ts';
import type { Deps } from '../deps.ts';
import { refreshLimits } from '../limits/read-limits.ts';
import { grantAsRead } from './open-grant.ts';
import { setOwnCap } from './own-cap.ts';
import { factsOf } from './read-grants.ts';
import { type GrantNews, tellGrant } from './tell-grant.ts';

type SettleDeps = Pick<Deps, 'store' | 'clock' | 'ids' | 'providers' | 'logger' | 'outlets' | 'policy'>;

const ACTOR = systemActor('end-grants');
const REASON = 'its time is over';
// What is over and still open waits for an act that is being carried out.
const STILL_UNDER_WAY_MS = MINUTE_MS;

/** Does what is due about every grant. Safe to run at any time, and again after a crash. */
export async function settleGrants(deps: SettleDeps): Promise<void> {
  const failures: unknown[] = [];
  for (const grant of await deps.store.read.grants.open()) {
    // One that cannot be settled must not keep the others from their end.
    await settle(deps, grant.id).catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}

/** When there is something to do next, as far as the clock tells; what a provider answers is looked at each minute. */
export async function nextGrantAt({ store, clock }: Pick<Deps, 'store' | 'clock'>): Promise<number | null> {
  const now = clock.now();
  const instants = (await store.read.grants.open()).map((grant) => nextInstant(grant, now)).filter((at) => at !== null);
  if (instants.length === 0) return null;
  const next = Math.min(...instants);
  return next > now ? next : now + STILL_UNDER_WAY_MS;
}

async function settle(deps: SettleDeps, grantId: string): Promise<void> {
  // Another grant may have passed its end on to this one meanwhile.
  const grant = await deps.store.read.grants.get(grantId);
  if (grant === undefined) return;
  const facts = await factsOf(deps, grant);
  const move = nextMove(grant, facts);
  if (move !== null) await make(deps, { grant, facts, move });
}

interface Settling {
  readonly grant: Grant;
  readonly facts: GrantFacts;
  readonly move: GrantMove;
}

async function make(deps: SettleDeps, { grant, facts, move }: Settling): Promise<void> {
  switch (move.kind) {
    case 'warn':
      return deps.store.write(async (tx) => {
        const standing = await grantAsRead(tx, grant);
        if (standing === null) return;
        await tx.grants.update({ ...standing, warnedAt: facts.now });
        await tellGrant({ deps, tx }, standing, newsOf(null, facts));
      });
    case 'restore':
      return grant.kind === 'own_cap' ? restoreOwnCap(deps, grant) : restore(deps, grant);
    case 'pass_on':
      return passOn(deps, grant, move.upper);
    case 'give_up_asking':
      return giveUpAsking(deps, grant);
    case 'end':
      return deps.store.write((tx) => end({ deps, tx }, grant, endNews(grant, facts, move.outcome)));
  }
}

interface Context {
  readonly deps: SettleDeps;
  readonly tx: Repos;
}

/** Closes the grant, with its audit entry and its message. Nothing happens where it is not as it was read any more. */
async function end({ deps, tx }: Context, grant: Grant, news: GrantNews & { outcome: GrantOutcome }): Promise<void> {
  const standing = await grantAsRead(tx, grant);
  if (standing === null) return;
  const at = deps.clock.now();
  const ended = { ...standing, endedAt: at, outcome: news.outcome };
  await tx.grants.update(ended);
  const { outcome, found } = news;
  const detail = { kind: grant.kind, outcome, found, grantedBy: grant.grantedBy };
  await tx.audit.append({ at, actor: ACTOR, verb: 'grant.ended', subject: grant.id, detail });
  await tellGrant({ deps, tx }, ended, news);
}

/** Asks for the former value like anybody else would: durable, compared with what is there, read back. */
async function restore(deps: SettleDeps, grant: Grant): Promise<void> {
  const key = await deps.store.read.keys.get(grant.keyId);
  const lineage = key && (await deps.store.read.lineages.get(key.lineageId));
  if (key === undefined || lineage === undefined || !('scopeId' in grant.change)) return;
  await refresh(deps, key.connectionId, grant.change.scopeId);
  const facts = await factsOf(deps, grant);
  const { present } = facts;
  if (present !== undefined && !sameValue(present, grant.change.to)) {
    const outcome = sameValue(present, grant.change.from) ? 'restored' : 'left';
    await deps.store.write((tx) => end({ deps, tx }, grant, endNews(grant, facts, outcome)));
    return;
  }
  try {
    const action = await requestLimitChange(deps, reversal(grant, lineage));
    // A process that died before, or an act that was under way already: only the note is missing.
    await deps.store.write(async (tx) => {
      const standing = await grantAsRead(tx, grant);
      if (standing !== null) await tx.grants.update({ ...standing, restoreActionId: action.id });
    });
  } catch (error) {
    if (isRetryable(error) || isAppError(error, 'database') || isAppError(error, 'internal')) throw error;
    const news = { ...endNews(grant, facts, 'failed'), found: publicMessageOf(error) };
    await deps.store.write((tx) => end({ deps, tx }, grant, news));
  }
}

/** What the provider shows now decides; where it cannot be asked, the act itself will ask before it writes. */
async function refresh(deps: SettleDeps, connectionId: string, scopeId: string): Promise<void> {
  const provider = deps.providers.get(connectionId);
  if (provider === undefined) return;
  await refreshLimits(deps, provider, scopeId).catch((error: unknown) => {
    if (isAppError(error, 'database') || isAppError(error, 'internal')) throw error;
    deps.logger.info('the limits could not be read before a grant ended', { connection: connectionId, scopeId });
  });
}

/** The change that undoes a grant, asked for by Keysteward itself. */
function reversal(grant: Grant, { slug }: Lineage): RequestLimitChangeInput {
  const { kind, change, keyId, alertId } = grant;
  const request = { actor: ACTOR, keyId, alertId, reason: REASON, typedSlug: slug, endOf: grant };
  return { ...request, kind, change: { ...change, from: change.to, to: change.from } } as RequestLimitChangeInput;
}

async function restoreOwnCap(deps: SettleDeps, grant: Grant): Promise<void> {
  const { change } = grant;
  if (!('lineageId' in change)) return;
  const facts = await factsOf(deps, grant);
  await deps.store.write(async (tx) => {
    const lineage = await tx.lineages.get(change.lineageId);
    if (lineage === undefined || (await grantAsRead(tx, grant)) === null) return;
    const isOurs = ownCapOf(lineage, deps.policy).microUsd === change.to;
    if (isOurs) await setOwnCap({ deps, tx }, { actor: ACTOR, lineage, to: change.from, reason: REASON });
    await end({ deps, tx }, grant, endNews(grant, facts, isOurs ? 'restored' : 'left'));
  });
}

/** The later grant restores what this one would have restored. */
async function passOn(deps: SettleDeps, grant: Grant, upper: Grant): Promise<void> {
  const facts = await factsOf(deps, grant);
  await deps.store.write(async (tx) => {
    const standing = await grantAsRead(tx, upper);
    if (standing === null || (await grantAsRead(tx, grant)) === null) return;
    const change = { ...standing.change, from: grant.change.from } as Grant['change'];
    await tx.grants.update({ ...standing, change });
    await end({ deps, tx }, grant, { ...endNews(grant, facts, 'passed_on'), upperUntilAt: standing.untilAt });
  });
}

/** What nobody could set yet is not set any more once its time is over. */
async function giveUpAsking(deps: SettleDeps, grant: Grant): Promise<void> {
  const facts = await factsOf(deps, grant);
  await deps.store.write(async (tx) => {
    const standing = await grantAsRead(tx, grant);
    const action = standing?.actionId == null ? undefined : await tx.actions.get(standing.actionId);
    if (action?.state !== 'pending') return;
    const problem = 'Its time was over before the provider took it. Nothing was changed.';
    await tx.actions.update({ ...action, state: 'dismissed', problem });
    await end({ deps, tx }, grant, endNews(grant, facts, 'never'));
  });
}

function newsOf(outcome: null, facts: GrantFacts): GrantNews {
  return { outcome, found: null, spentMicroUsd: facts.spentMicroUsd, upperUntilAt: null };
}

function endNews(grant: Grant, facts: GrantFacts, outcome: GrantOutcome): GrantNews & { outcome: GrantOutcome } {
  const { present, spentMicroUsd } = facts;
  const isOther = outcome === 'left' || outcome === 'replaced';
  const found = isOther && present !== undefined ? valueWords(grant.kind, present) : null;
  return { outcome, found, spentMicroUsd, upperUntilAt: null };
}
