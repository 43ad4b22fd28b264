import type { Key } from '../../domain/key.ts';
import type { Rotation } from '../../domain/rotation.ts';
import type { KeyTraffic, RotationTraffic, TrafficSum } from '../../domain/rotation-traffic.ts';
import { DAY_MS, HOUR_MS, latest } from '../../domain/time.ts';
import { isUse, totalTokens, type UsageBucket } from '../../domain/usage.ts';
import { horizonOf } from '../alerts/horizon.ts';
import type { Deps } from '../deps.ts';

/** What the old and the new key did lately, as far as usage is known now. */
export async function readTraffic(
  { store, clock }: Pick<Deps, 'store' | 'clock'>,
  { oldKeyId, newKeyId }: Rotation,
): Promise<RotationTraffic> {
  const now = clock.now();
  const { keys, usage, watermarks } = store.read;
  const old = await keys.get(oldKeyId);
  const fresh = newKeyId === null ? undefined : await keys.get(newKeyId);
  const watermark = old === undefined ? undefined : await watermarks.get(old.connectionId);
  const dataUntil = watermark?.polledAt ? horizonOf(watermark, now).knownUntil : null;
  const ids = [oldKeyId, ...(newKeyId === null ? [] : [newKeyId])];
  const until = dataUntil ?? now;
  const buckets = await usage.ofKeys(ids, { from: until - DAY_MS, to: now });
  const trafficOf = (key: Key | undefined, keyId: string): KeyTraffic => {
    const own = buckets.filter((bucket) => bucket.keyId === keyId && isUse(bucket));
    return {
      lastHour: sumOf(own.filter(({ startAt, widthMs }) => startAt + widthMs > until - HOUR_MS)),
      lastDay: sumOf(own),
      lastSeenAt: own.reduce<number | null>((at, bucket) => latest(at, bucket.startAt), key?.lastUsedAt ?? null),
    };
  };
  return {
    oldKey: trafficOf(old, oldKeyId),
    newKey: newKeyId === null ? null : trafficOf(fresh, newKeyId),
    dataUntil,
    blindSince: watermark?.failingSince ?? null,
  };
}

function sumOf(buckets: readonly UsageBucket[]): TrafficSum {
  const counted = buckets.filter(({ requests }) => requests !== null);
  return {
    requests: counted.length === 0 ? null : counted.reduce((sum, { requests }) => sum + (requests ?? 0), 0),
    tokens: buckets.reduce((sum, { tokens }) => sum + totalTokens(tokens), 0),
    costMicroUsd: buckets.reduce((sum, { costMicroUsd }) => sum + costMicroUsd, 0),
  };
}
