import { canonicalAddress } from '../address.ts';
import {
  AUTH_FAILURES,
  type AuthFailureSettings,
  authFailureSettings,
  findBurst,
  isSuccess,
  REFUSED,
} from '../auth-burst.ts';
import { groupBy } from '../collections.ts';
import { type Detector, type DetectorInput, RECENT_MS, type RequestRecord } from '../detector.ts';
import type { Finding } from '../finding.ts';
import type { Sentence } from '../sentence.ts';
import { MINUTE_MS, plural } from '../time.ts';

/** Fires on a burst of refused requests with one key; worse when one from a new address goes through after it. */
export const authFailures: Detector<AuthFailureSettings> = {
  id: AUTH_FAILURES,
  title: 'Refused again and again',
  historyMs: RECENT_MS,
  settings: authFailureSettings,
  worthwhile: ({ hasRecords }) => hasRecords,
  detect(input, limits) {
    const byKey = groupBy(input.requests, ({ keyId }) => keyId);
    return [...byKey].flatMap(([keyId, records]) => {
      const ascending = records.toSorted((a, b) => a.at - b.at);
      const failures = ascending.filter(({ statusCode }) => REFUSED.has(statusCode));
      const burst = findBurst(failures, limits.count, limits.minutes * MINUTE_MS);
      return burst === null ? [] : [findingOf(input, { keyId, records: ascending, failures, burst })];
    });
  },
};

interface Refusals {
  readonly keyId: string;
  /** Ascending, as the failures. */
  readonly records: readonly RequestRecord[];
  readonly failures: readonly RequestRecord[];
  readonly burst: { readonly from: number; readonly reachedAt: number };
}

function findingOf({ lineage, knownUntil, baseline }: DetectorInput, refusals: Refusals): Finding {
  const { keyId, records, failures, burst } = refusals;
  const counted = failures.filter(({ at }) => at >= burst.from);
  const until = counted.at(-1)?.at ?? burst.reachedAt;
  const known = new Set(baseline?.knownAddresses.map(({ address }) => canonicalAddress(address)));
  // Where nothing was learned, what worked before the burst is known.
  for (const { at, statusCode, sourceIp } of records) {
    if (at < burst.from && isSuccess(statusCode) && sourceIp !== null) known.add(canonicalAddress(sourceIp));
  }
  const through = records.find(
    ({ at, statusCode, sourceIp }) =>
      known.size > 0 &&
      at >= burst.reachedAt &&
      isSuccess(statusCode) &&
      sourceIp !== null &&
      !known.has(canonicalAddress(sourceIp)),
  );
  const costMicroUsd = through === undefined ? 0 : costSince(records, through, known);
  return {
    detectorId: authFailures.id,
    lineageId: lineage.id,
    keyId,
    severity: through === undefined ? 'medium' : 'high',
    startedAt: burst.from,
    observedUntil: Math.max(knownUntil, records.at(-1)?.at ?? 0),
    costMicroUsd,
    headline:
      through === undefined
        ? ['refused again and again']
        : ['refused again and again, and then let in from an address that it never called from'],
    reason: reasonOf({ counted, until, through, from: burst.from }),
    evidence: {
      failures: counted.length,
      addresses: new Set(counted.flatMap(({ sourceIp }) => (sourceIp === null ? [] : canonicalAddress(sourceIp)))).size,
      letInAt: through?.at ?? null,
    },
    dedupeKey: `${authFailures.id}:${lineage.id}:${keyId}`,
  };
}

/** What strangers spent since the first of them was let in. */
function costSince(records: readonly RequestRecord[], through: RequestRecord, known: ReadonlySet<string>): number {
  return records
    .filter(({ at, sourceIp }) => at >= through.at && sourceIp !== null && !known.has(canonicalAddress(sourceIp)))
    .reduce((sum, { costMicroUsd }) => sum + costMicroUsd, 0);
}

interface Told {
  readonly counted: readonly RequestRecord[];
  readonly from: number;
  readonly until: number;
  readonly through: RequestRecord | undefined;
}

function reasonOf({ counted, from, until, through }: Told): Sentence {
  const refused: Sentence = [
    `${plural(counted.length, 'request')} in `,
    { lengthMs: Math.max(until - from, MINUTE_MS) },
    ' had no right to what they asked for (401 or 403), since ',
    { instant: from },
    '.',
  ];
  if (through === undefined) return [...refused, ' Somebody tries keys, or a program has an old one.'];
  const { sourceIp, at } = through;
  return [
    ...refused,
    ' At ',
    { instant: at },
    ' one from ',
    { foreign: canonicalAddress(sourceIp ?? '') },
    ' went through.',
  ];
}
