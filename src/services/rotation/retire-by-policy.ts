import { systemActor } from '../../domain/actor.ts';
import type { Key, Lineage } from '../../domain/key.ts';
import { type Rotation, stepOf } from '../../domain/rotation.ts';
import { freeInstant } from '../../domain/rotation-calendar.ts';
import { parseEvidence } from '../../domain/rotation-evidence.ts';
import { endRefusal } from '../../domain/rotation-steering.ts';
import { inWorkHours } from '../../domain/work-hours.ts';
import type { Repos } from '../../ports/store.ts';
import { insertAction } from '../actions/record-request.ts';
import { canRetire, decideRetirement } from '../actions/request-retirement.ts';
import { needsSecondPerson } from '../actions/second-person.ts';
import type { Deps } from '../deps.ts';

const ACTOR = systemActor('retire-old-keys');
/** What gives the right to end a key without a person. */
const CONSENT = { kind: 'policy', rule: 'automatic_end' } as const;

type ReadDeps = Pick<Deps, 'store' | 'clock' | 'providers' | 'policy'>;
type RetireDeps = ReadDeps & Pick<Deps, 'ids' | 'outlets'>;

interface Ready {
  readonly rotation: Rotation;
  readonly key: Key;
  readonly lineage: Lineage;
}

/**
 * Retires the old keys of automatic rotations where policy says so: only what was shown to be verified and quiet, only by a
 * stop that can be taken back, and once. What a person has taken in hand, or one would need a second person for, waits.
 */
export async function retireByPolicy(deps: RetireDeps): Promise<void> {
  const now = deps.clock.now();
  for (const ready of await allReady(deps)) {
    if ((await workTimeOf(deps, ready)) > now) continue;
    await deps.store.write(async (tx) => {
      const again = await readyOf(deps, tx, ready.rotation.id);
      if (again !== null) await retire({ deps, tx }, again);
    });
  }
}

/** In working hours: should it break something, somebody is there to start it again. */
export async function nextRetirementAt(deps: ReadDeps): Promise<number | null> {
  const times: number[] = [];
  for (const ready of await allReady(deps)) times.push(await workTimeOf(deps, ready));
  return times.length === 0 ? null : Math.min(...times);
}

/** The same for one rotation; null: a person ends its old key, or it has been asked for. */
export async function policyRetirementAt(deps: ReadDeps, { id }: Pick<Rotation, 'id'>): Promise<number | null> {
  const ready = await readyOf(deps, deps.store.read, id);
  return ready === null ? null : workTimeOf(deps, ready);
}

async function allReady(deps: ReadDeps): Promise<readonly Ready[]> {
  if (deps.policy.rotation.automaticEnd.length === 0) return [];
  const found: Ready[] = [];
  for (const { rotation, oldKey: key, lineage } of await deps.store.read.rotations.openWithKeys()) {
    const ready = { rotation, key, lineage };
    if (await isReady(deps, deps.store.read, ready)) found.push(ready);
  }
  return found;
}

type ReadyRepos = Pick<Repos, 'rotations' | 'keys' | 'lineages' | 'actions' | 'audit'>;

async function readyOf(deps: ReadDeps, repos: ReadyRepos, rotationId: string): Promise<Ready | null> {
  const rotation = await repos.rotations.get(rotationId);
  if (rotation === undefined) return null;
  const key = await repos.keys.get(rotation.oldKeyId);
  const lineage = await repos.lineages.get(rotation.lineageId);
  if (key === undefined || lineage === undefined) return null;
  const ready = { rotation, key, lineage };
  return (await isReady(deps, repos, ready)) ? ready : null;
}

async function isReady(deps: ReadDeps, repos: ReadyRepos, { rotation, key, lineage }: Ready): Promise<boolean> {
  if (rotation.state !== 'open' || !rotation.isAutomatic || !isShownQuiet(rotation) || isInHand(rotation)) return false;
  if (key.status !== 'active' || !canRetire(deps, key.connectionId)) return false;
  const ends: readonly string[] = deps.policy.rotation.automaticEnd;
  if (!ends.includes(lineage.environment)) return false;
  // Under way, refused or given up by a person: not begun anew by itself.
  const wasAsked = (await repos.actions.ofKey(key.id)).some(
    ({ kind, requestedAt }) => kind === 'retire' && requestedAt >= rotation.startedAt,
  );
  return !wasAsked && !(await needsSecondPerson({ deps, repos }, { kind: 'retire', key, params: null }));
}

/** Shown by the provider's usage: whoever has overridden a doubt sees to the end as well. */
function isShownQuiet(rotation: Rotation): boolean {
  if (rotation.kind !== 'planned' || rotation.finalAt !== null || endRefusal(rotation) !== null) return false;
  return parseEvidence('verify', stepOf(rotation, 'verify').evidence)?.proof === 'shown';
}

/** Blocked, or started again by somebody who needed it. */
function isInHand(rotation: Rotation): boolean {
  const { state, at } = stepOf(rotation, 'revoke');
  return state !== 'todo' || at !== null;
}

async function workTimeOf({ store, clock, policy }: ReadDeps, { lineage }: Ready): Promise<number> {
  const { calendar, rotation } = policy;
  const owner = lineage.ownerSlackId === null ? undefined : await store.read.members.get(lineage.ownerSlackId);
  const free = freeInstant(clock.now(), { timeZone: calendar.timeZone, policy: rotation });
  return inWorkHours(free, { timeZone: owner?.timezone ?? calendar.timeZone, holidays: rotation.holidays });
}

async function retire(
  { deps, tx }: { readonly deps: RetireDeps; readonly tx: Repos },
  { rotation, key, lineage }: Ready,
): Promise<void> {
  const { graceMs } = deps.policy.rotation;
  const params = { rotationId: rotation.id, generation: key.generation, graceMs };
  const wanted = await decideRetirement(deps, params)({ tx, key, lineage });
  const reason = 'the new key is verified and the old one is quiet';
  const request = { ...wanted, actor: ACTOR, alertId: rotation.alertId, reason };
  await insertAction({ deps, tx }, { ...request, consent: CONSENT }, key);
  const at = deps.clock.now();
  const detail = { rule: CONSENT.rule, keyId: key.id, graceMs };
  await tx.audit.append({ at, actor: ACTOR, verb: 'rotation.end_by_policy', subject: rotation.id, detail });
}
