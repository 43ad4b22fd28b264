import { learnLazily } from '../baseline.ts';
import { Curve, type Stretch } from '../curve.ts';
import type { DetectorInput } from '../detector.ts';
import { hourFloor } from '../detectors/spend-acceleration.ts';
import type { Finding } from '../finding.ts';
import { judge } from '../judgement/judge.ts';
import { NO_FACTS } from '../lineage-facts.ts';
import { microUsdFromUsd } from '../money.ts';
import type { Profile } from '../profile.ts';
import { HOUR_MS, MINUTE_MS } from '../time.ts';
import { NO_TOKENS, type UsageBucket } from '../usage.ts';
import type { CheckInput, Found } from './found.ts';
import type { Traffic } from './traffic.ts';

const STEP_MS = 5 * MINUTE_MS;

/** How loud findings are under a profile: what the bot would make of them, with the whole history as its past. */
export function heard(found: readonly Found[], input: CheckInput, profile: Profile): readonly Found[] {
  const { traffic, before, history, calendar, limits } = input;
  if (profile === 'strict' || history === null || found.length === 0) return found;
  const parts = before === null ? [traffic] : [before, traffic];
  const from = Math.min(...parts.map(({ startAt }) => startAt[0] ?? Number.POSITIVE_INFINITY));
  const until = traffic.startAt[0] ?? from;
  const end = traffic.at.reduce((last, at) => Math.max(last, at), until) + STEP_MS;
  const curve = new Curve(stretchesOf(parts), { from, until: end, stepMs: STEP_MS });
  const known = {
    knownModels: [...history.models],
    knownEndpoints: [...history.endpoints],
    knownAddresses: [],
    knownUserAgents: [],
  };
  const baseline = learnLazily({ now: until, until, calendar, curve, leftOut: [], known });
  const floorMicroUsd = hourFloor({ 'spend-acceleration': limits.spendAcceleration });
  return found.map((one) => {
    // A step of the grid holds what the finding saw last.
    const seen = { ...blankInput(input), now: one.at, knownUntil: one.at + STEP_MS, curve, baseline };
    const given = { input: { ...seen, usage: usageOf(seen, traffic) }, past: { curve, baseline }, floorMicroUsd };
    const [judged] = judge(profile, { ...given, findings: [asFinding(one)] });
    return judged === undefined ? one : { ...one, severity: judged.severity, evidence: judged.evidence };
  });
}

function* stretchesOf(parts: readonly Traffic[]): Iterable<Stretch> {
  for (const { count, startAt, at, costMicroUsd, requests } of parts) {
    for (let index = 0; index < count; index += 1) {
      const start = startAt[index] ?? 0;
      const widthMs = (at[index] ?? start) - start;
      yield { startAt: start, widthMs, costMicroUsd: costMicroUsd[index] ?? 0, requests: requests[index] ?? null };
    }
  }
}

function asFinding({ kind, severity, at, evidence }: Found): Finding {
  const costUsd = evidence['costUsd'];
  return {
    detectorId: kind,
    lineageId: '',
    keyId: null,
    severity,
    startedAt: at - HOUR_MS,
    observedUntil: at,
    costMicroUsd: typeof costUsd === 'number' ? microUsdFromUsd(costUsd) : 0,
    headline: [],
    reason: [],
    evidence,
    dedupeKey: kind,
  };
}

type Blank = Omit<DetectorInput, 'now' | 'knownUntil' | 'curve' | 'baseline' | 'usage'>;

function blankInput({ calendar }: CheckInput): Blank {
  return {
    calendar,
    lineage: { id: '', environment: 'unknown', createdAt: 0 },
    completeUntil: 0,
    usedBeforeAt: null,
    requests: [],
    addresses: new Map(),
    facts: NO_FACTS,
    events: [],
    ownRatio: null,
    caps: [],
  };
}

/** The requests of the hour before. */
function usageOf({ knownUntil }: Pick<DetectorInput, 'knownUntil'>, traffic: Traffic): readonly UsageBucket[] {
  const { startAt, at, costMicroUsd, requests } = traffic;
  const first = startAt.findIndex((start) => start >= knownUntil - HOUR_MS);
  const usage: UsageBucket[] = [];
  for (let index = Math.max(first, 0); index < traffic.count && (startAt[index] ?? 0) < knownUntil; index += 1) {
    const { model, endpoint } = traffic.kindOf(index);
    const start = startAt[index] ?? 0;
    usage.push({
      ...{ keyId: '', model, endpoint, variant: '', tokens: NO_TOKENS, priceSource: 'listed' as const },
      ...{ startAt: start, widthMs: (at[index] ?? start) - start },
      requests: requests[index] ?? null,
      costMicroUsd: costMicroUsd[index] ?? 0,
    });
  }
  return usage;
}
