import { type Actor, actorText } from '../../domain/actor.ts';
import { AppError } from '../../domain/errors.ts';
import { scrubSecrets } from '../../domain/secret.ts';
import { keepUntil, type LadderRecord } from '../../domain/stale-ladder.ts';
import { REASON_MAX } from '../actions/record-request.ts';
import { touchStale } from './announce-stale.ts';
import { proposeIn } from './propose-ends.ts';
import { readStale, type StaleEntry } from './read-stale.ts';
import { type ClimbDeps, newTurn } from './stale-steps.ts';

export interface KeepInput {
  readonly actor: Actor;
  readonly keyId: string;
  /** `2028-02-29`: that day included. */
  readonly day: string;
  readonly reason: string;
}

/** Somebody wants a quiet key until a day; then it is asked about again. Returns when that is over. */
export async function keepStale(deps: ClimbDeps, { actor, keyId, day, reason }: KeepInput): Promise<number> {
  const until = keepUntil(day, deps.clock.now(), deps.policy.calendar.timeZone);
  if (until === null) throw invalid('Choose a day from tomorrow on, at most a year ahead.');
  const why = scrubSecrets(reason.trim()).slice(0, REASON_MAX);
  if (why === '') throw invalid('Say in a few words what it is kept for.');
  const { idle } = await entryOf(deps, keyId);
  const now = deps.clock.now();
  await deps.store.write(async (tx) => {
    const key = await tx.keys.get(keyId);
    const record = (await tx.stale.get(keyId)) ?? null;
    if (key === undefined) throw gone();
    if (key.status !== 'active') throw stopped(key.status);
    const turn = record === null || record.state === 'over' ? newTurn(key, record, idle.sinceAt) : record;
    const kept: LadderRecord = {
      ...turn,
      state: 'kept',
      keptUntil: until,
      keptBy: actorText(actor),
      keptReason: why,
      revision: turn.revision + 1,
    };
    await tx.stale.put(kept);
    await touchStale({ deps, tx }, kept);
    const detail = { until, reason: why };
    await tx.audit.append({ at: now, actor, verb: 'key.stale.kept', subject: keyId, detail });
  });
  return until;
}

/** Its owner says that it can go, but may not end it alone: the channel is asked at once. */
export async function callDeletable(
  deps: ClimbDeps,
  { actor, keyId }: { readonly actor: Actor; readonly keyId: string },
): Promise<void> {
  const entry = await entryOf(deps, keyId);
  if (entry.exemption === 'rotation') throw invalid('Nothing was done: it is being rotated, which ends the old key.');
  await deps.store.write(async (tx) => {
    const key = await tx.keys.get(keyId);
    const record = (await tx.stale.get(keyId)) ?? null;
    if (key === undefined) throw gone();
    if (key.status !== 'active') throw stopped(key.status);
    if (record?.state === 'proposed' && record.deletableBy !== null) return;
    await proposeIn({ deps, tx }, [{ key, record, idle: entry.idle }], { actor, deletableBy: actorText(actor) });
  });
}

export async function entryOf(deps: ClimbDeps, keyId: string): Promise<StaleEntry> {
  const entry = (await readStale(deps)).find(({ key }) => key.id === keyId);
  if (entry === undefined) throw gone();
  return entry;
}

function stopped(status: string): AppError {
  const publicMessage = `Nothing was done: the key is ${status} by now. \`/keys stale\` shows what there is.`;
  return new AppError({ code: 'conflict', message: `an answer about a key that is ${status}`, publicMessage });
}

function gone(): AppError {
  const publicMessage = 'This key is not in the inventory any more. `/keys stale` shows what there is.';
  return new AppError({ code: 'not_found', message: 'an answer about no key', publicMessage });
}

function invalid(publicMessage: string): AppError {
  return new AppError({ code: 'invalid_input', message: publicMessage, publicMessage });
}
