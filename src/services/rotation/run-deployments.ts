import { retryDelayMs } from '../../domain/action.ts';
import { systemActor } from '../../domain/actor.ts';
import { groupBy } from '../../domain/collections.ts';
import { AppError, isRetryable, publicMessageOf, toError } from '../../domain/errors.ts';
import type { Lineage } from '../../domain/key.ts';
import { isOver, type Rotation, stepOf } from '../../domain/rotation.ts';
import { type ConsumerSeat, missingSeats, type RotationConsumer } from '../../domain/rotation-work.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../domain/time.ts';
import type { DeployHook, DeployRequest, DeployRun } from '../../ports/deploy-hook.ts';
import type { Deps } from '../deps.ts';
import { announceRotation } from './announce-rotation.ts';
import { addConsumers, finishRedeploy, settleConsumer } from './consumers.ts';
import { seatsOf } from './places.ts';

export const DEPLOYER = systemActor('run-deployments');
const FOLLOW_EVERY_MS = 20 * SECOND_MS;
const SLOWLY_EVERY_MS = 2 * MINUTE_MS;
const QUICK_FOR_MS = 10 * MINUTE_MS;
// A deployment that takes longer needs somebody to look at it.
const LONGEST_MS = 2 * HOUR_MS;
// About half an hour of tries.
const MAX_TRIES = 12;

type DeployDeps = Pick<Deps, 'store' | 'clock' | 'ids' | 'logger' | 'places' | 'deployHooks'>;

interface Redeploy {
  readonly rotation: Rotation;
  readonly lineage: Lineage;
  readonly rows: readonly RotationConsumer[];
  readonly missing: readonly ConsumerSeat[];
}

/** Rotations whose value is stored and not everybody reads it yet. */
async function underWay(deps: Pick<DeployDeps, 'store' | 'places' | 'deployHooks'>): Promise<readonly Redeploy[]> {
  const { rotations, rotationConsumers } = deps.store.read;
  const stored = (await rotations.openWithKeys()).filter(
    ({ rotation: one }) =>
      one.paused === null && isOver(stepOf(one, 'store').state) && !isOver(stepOf(one, 'redeploy').state),
  );
  const all = await rotationConsumers.ofRotations(stored.map(({ rotation }) => rotation.id));
  const consumers = groupBy(all, ({ rotationId }) => rotationId);
  return stored.map(({ rotation, lineage }) => {
    const rows = consumers.get(rotation.id) ?? [];
    return { rotation, lineage, rows, missing: missingSeats(seatsOf(deps, lineage), rows) };
  });
}

export async function nextDeploymentAt(
  deps: Pick<DeployDeps, 'store' | 'clock' | 'places' | 'deployHooks'>,
): Promise<number | null> {
  const due: number[] = [];
  for (const { rows, missing } of await underWay(deps)) {
    if (missing.length > 0) return deps.clock.now();
    due.push(...rows.filter(isOurs).map(({ notBeforeAt }) => notBeforeAt));
  }
  return due.length === 0 ? null : Math.min(...due);
}

/** Names the consumers, fires the hooks of those that have one, and follows what runs; all of it may be run again. */
export async function runDeployments(deps: DeployDeps): Promise<void> {
  for (const { rotation, missing } of await underWay(deps)) {
    if (missing.length === 0) continue;
    await deps.store.write(async (tx) => {
      const known = await tx.rotationConsumers.ofRotation(rotation.id);
      await addConsumers({ deps, tx }, rotation, missingSeats(missing, known));
      await announceRotation({ deps, tx }, rotation);
    });
  }
  const now = deps.clock.now();
  for (const { rotation, lineage, rows } of await underWay(deps)) {
    const due = rows.filter((row) => isOurs(row) && row.notBeforeAt <= now);
    await Promise.all(due.map((row) => deploy(deps, { rotation, lineage }, row)));
  }
}

/** Something is to be done about it by us. */
function isOurs({ hook, state }: RotationConsumer): boolean {
  return hook !== null && (state === 'todo' || state === 'running');
}

type Subject = Pick<Redeploy, 'rotation' | 'lineage'>;

async function deploy(deps: DeployDeps, subject: Subject, row: RotationConsumer): Promise<void> {
  if (subject.rotation.kind === 'drill') {
    await note(deps, row, SIMULATED);
    return;
  }
  const hook = deps.deployHooks.get(row.hook ?? '');
  if (hook === undefined) {
    await fail(deps, row, `The deploy hook ${row.hook} is not configured any more.`);
    return;
  }
  const claimed = row.runRef === null ? await claim(deps, row) : row;
  if (claimed === null) return;
  try {
    const run = await (claimed.runRef === null ? begin(hook, claimed, subject) : follow(hook, claimed));
    await note(deps, claimed, run);
  } catch (error) {
    deps.logger.warn('deployment not done', { hook: hook.name, request: row.requestId, error: toError(error) });
    await setBack(deps, claimed, { hook, error });
  }
}

const SIMULATED: DeployRun = { ref: null, url: null, state: 'succeeded', problem: null };

/** Written down before the hook is asked, so that a try that is cut off is known to have been one. */
async function claim(deps: DeployDeps, { rotationId, consumer, revision }: RotationConsumer) {
  return deps.store.write(async (tx) => {
    const row = await tx.rotationConsumers.get(rotationId, consumer);
    if (row === undefined || row.revision !== revision || !isOurs(row)) return null;
    const at = row.at ?? deps.clock.now();
    const asked = { ...row, state: 'running', at, attempts: row.attempts + 1, revision: row.revision + 1 } as const;
    await tx.rotationConsumers.put(asked);
    return asked;
  });
}

/** Once: what an earlier try may have begun is looked for first, and where it cannot be, a person looks. */
async function begin(hook: DeployHook, row: RotationConsumer, { rotation, lineage }: Subject): Promise<DeployRun> {
  const { slug, environment } = lineage;
  const at = stepOf(rotation, 'store').at ?? rotation.startedAt;
  const request: DeployRequest = { id: row.requestId, slug, environment, at };
  // The problem of a try that was settled says that nothing was begun.
  const mayHaveBegun = row.attempts > 1;
  const standing = mayHaveBegun ? await hook.find?.(request) : null;
  if (standing) return standing;
  if (mayHaveBegun && hook.find === undefined && row.problem === null) {
    throw new AppError({
      code: 'hook_outcome_unknown',
      message: `${hook.name}: ${row.requestId} was cut off and cannot be looked for`,
      publicMessage: `${hook.title} was asked, and whether it has begun is not known.`,
    });
  }
  return hook.trigger(request);
}

async function follow(hook: DeployHook, row: RotationConsumer): Promise<DeployRun> {
  if (hook.follow !== undefined && row.runRef !== null) return hook.follow(row.runRef);
  return { ref: row.runRef, url: row.url, state: 'succeeded', problem: null };
}

/** What the hook says of the run; one that cannot be followed was accepted, and that is all there is. */
async function note(deps: DeployDeps, seen: RotationConsumer, run: DeployRun): Promise<void> {
  const state = run.state === 'running' && run.ref === null ? 'succeeded' : run.state;
  const facts = { url: run.url ?? seen.url, runRef: run.ref ?? seen.runRef };
  await change(deps, seen, async ({ tx, rotation, row }) => {
    if (state === 'succeeded') {
      await settleConsumer({ deps, tx }, row, { ...facts, state: 'done', actor: DEPLOYER, problem: null });
    } else if (state === 'failed') {
      const problem = run.problem ?? 'The deployment failed.';
      await settleConsumer({ deps, tx }, row, { ...facts, state: 'failed', actor: DEPLOYER, problem });
    } else await keepFollowing({ deps, tx }, row, facts);
    await finishRedeploy({ deps, tx }, rotation, DEPLOYER);
  });
}

async function keepFollowing(
  { deps, tx }: Parameters<typeof settleConsumer>[0],
  row: RotationConsumer,
  facts: Pick<RotationConsumer, 'url' | 'runRef'>,
): Promise<void> {
  const now = deps.clock.now();
  const ranMs = now - (row.at ?? now);
  if (ranMs > LONGEST_MS) {
    const problem = 'The deployment is still running after two hours. Look at it, then tick it off or retry.';
    await settleConsumer({ deps, tx }, row, { ...facts, state: 'failed', actor: DEPLOYER, problem });
    return;
  }
  const notBeforeAt = now + (ranMs < QUICK_FOR_MS ? FOLLOW_EVERY_MS : SLOWLY_EVERY_MS);
  await tx.rotationConsumers.put({ ...row, ...facts, state: 'running', problem: null, notBeforeAt });
}

interface Setback {
  readonly hook: DeployHook;
  readonly error: unknown;
}

/** Tried again while it may help; what nobody can look up, or what is refused, goes to a person. */
async function setBack(deps: DeployDeps, row: RotationConsumer, { hook, error }: Setback): Promise<void> {
  const isUnknown = error instanceof AppError && error.code === 'hook_outcome_unknown';
  const again = isRetryable(error) && row.attempts < MAX_TRIES && !(isUnknown && hook.find === undefined);
  if (!again) {
    const look = isUnknown ? ' It may have begun: look before you retry.' : '';
    await fail(deps, row, `${publicMessageOf(error)}${look}`);
    return;
  }
  const retryAfterMs = error instanceof AppError ? error.retryAfterMs : undefined;
  await change(deps, row, async ({ tx, rotation, row: standing }) => {
    const { attempts } = standing;
    const notBeforeAt = deps.clock.now() + retryDelayMs({ attempts, retryAfterMs, refused: false });
    const problem = publicMessageOf(error);
    // A follow that failed counts as a try as well, or it would go on for ever.
    await tx.rotationConsumers.put({ ...standing, problem, notBeforeAt, attempts: attempts + (row.runRef ? 1 : 0) });
    await announceRotation({ deps, tx }, rotation);
  });
}

async function fail(deps: DeployDeps, row: RotationConsumer, problem: string): Promise<void> {
  await change(deps, row, async ({ tx, rotation, row: standing }) => {
    await settleConsumer({ deps, tx }, standing, { state: 'failed', actor: DEPLOYER, problem });
    await announceRotation({ deps, tx }, rotation);
  });
}

interface Standing {
  readonly tx: Parameters<typeof settleConsumer>[0]['tx'];
  readonly rotation: Rotation;
  readonly row: RotationConsumer;
}

/** Unless somebody has decided meanwhile. */
async function change(
  deps: DeployDeps,
  { rotationId, consumer, requestId }: RotationConsumer,
  work: (standing: Standing) => Promise<void>,
): Promise<void> {
  await deps.store.write(async (tx) => {
    const row = await tx.rotationConsumers.get(rotationId, consumer);
    const rotation = await tx.rotations.get(rotationId);
    if (row === undefined || rotation === undefined || rotation.state !== 'open') return;
    if (row.requestId !== requestId || !isOurs(row)) return;
    await work({ tx, rotation, row });
  });
}
