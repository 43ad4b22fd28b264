import { DAY_MS, MINUTE_MS } from '../../domain/time.ts';
import { fateOf, messageFigures, mostWithin, type RotationFigures } from '../figures/figures.ts';
import { figureFaults } from '../figures/verdict.ts';
import type { ApiCall } from '../slack/index.ts';
import type { Stage } from '../stage.ts';
import type { Consumer } from './consumer.ts';
import { subjectOf } from './people.ts';

export interface Played {
  readonly figures: RotationFigures;
  /** What no rotation may end with; empty when all is proven. */
  readonly faults: readonly string[];
}

/** What the provider, the secret store, Slack and the audit say when it is over. */
export async function playedOf(stage: Stage, consumer: Consumer, startedAt: number): Promise<Played> {
  const { rotations, audit } = stage.app.deps.store.read;
  const all = [...(await rotations.allOpen()), ...(await rotations.closedSince(startedAt))];
  const [rotation] = all;
  const fate = fateOf(stage, { old: consumer.old, made: consumer.made(), rotation });
  const calls = stage.slack.calls.filter(({ at }) => at >= startedAt);
  const until = rotation?.closedAt ?? stage.clock.now();
  const figures: RotationFigures = {
    rotated: fate.kind === 'rotated' ? 1 : 0,
    blocked: fate.kind === 'blocked' ? 1 : 0,
    overrides: fate.hasOverride ? 1 : 0,
    liveNewKeysMax: fate.liveNewKeysMax,
    oldRevokedBeforeVerified: fate.isTooEarly ? 1 : 0,
    failedConsumerCalls: fate.refused,
    ...messageFigures({ calls }, () => true),
    auditVerified: (await audit.verify(undefined)).ok,
    days: Math.round(((until - startedAt) / DAY_MS) * 10) / 10,
  };
  const { stored, using } = consumer;
  const repeats = unsaidRepeats(calls);
  const checks: readonly (readonly [isRight: boolean, fault: string])[] = [
    [all.length === 1, `${all.length} rotations instead of one`],
    [fate.kind === 'rotated', 'the rotation is not done'],
    [fate.newKeysThatWork === 1, `${fate.newKeysThatWork} new keys work at the end`],
    [fate.endings === 1, `the old key was revoked ${fate.endings} times`],
    [stored !== undefined && stored.id !== consumer.old.id, 'the new key is not in the secret store'],
    [stored === undefined || stage.world.stateOf(stored.id) === 'active', 'the stored key does not work'],
    [using.id === stored?.id, 'the consumer does not use what is stored'],
    [repeats.length === 0, `posted twice without saying so: ${repeats.join(', ')}`],
  ];
  const edits = calls.filter(({ method, ok }) => method === 'chat.update' && ok);
  // What a dead app may have posted is posted again, and says so: it is counted above.
  const beside = { failedOfOverridden: 0, maxEditsPerMinute: mostWithin(edits, MINUTE_MS), rootMessages: null };
  return {
    figures,
    faults: [...figureFaults(figures, beside), ...checks.flatMap(([isRight, fault]) => (isRight ? [] : [fault]))],
  };
}

/** What stands twice in Slack, and does not say that it may be a repeat. */
function unsaidRepeats(calls: readonly ApiCall[]): readonly string[] {
  const seen = new Set<string>();
  return calls.flatMap(({ method, ok, args }) => {
    const subject = JSON.stringify(args['metadata'] ?? null);
    if (method !== 'chat.postMessage' || !ok || subject === 'null') return [];
    const isRepeat = seen.has(subject) && !String(args['text']).includes('may be a repeat');
    seen.add(subject);
    return isRepeat ? [subjectOf(args['metadata'])] : [];
  });
}
