import { groupBy } from '../../domain/collections.ts';
import { hourFloor } from '../../domain/detectors/spend-acceleration.ts';
import { type Finding, isStanding, severityRank } from '../../domain/finding.ts';
import { judge } from '../../domain/judgement/judge.ts';
import type { Provider } from '../../ports/provider.ts';
import type { Watermark } from '../../ports/store.ts';
import { NEWS_PREFIX } from '../../ports/told.ts';
import type { Deps } from '../deps.ts';
import { type InputDeps, inputsOf, type LineageInput } from './detector-inputs.ts';
import { horizonOf } from './horizon.ts';
import { pastOf } from './lineage-past.ts';
import { recordFindings } from './record-finding.ts';

type DetectionDeps = InputDeps & Pick<Deps, 'ids' | 'logger' | 'outlets'>;

export interface Detection {
  readonly findings: readonly Finding[];
  /** The alerts that they opened or were added to. */
  readonly alertIds: readonly string[];
  /** Of the lineage that is nearest to a finding: above 1 fires. */
  readonly nearness: number;
}

/**
 * Runs the detectors on the lineages of one connection that could matter at a glance, decides by the past of what is found
 * how loud it is told, and records it.
 */
export async function runDetection(deps: DetectionDeps, provider: Provider, watermark: Watermark): Promise<Detection> {
  if (watermark.polledAt === null) return { findings: [], alertIds: [], nearness: 0 };
  const horizon = horizonOf(watermark, deps.clock.now());
  const findings: Finding[] = [];
  const alertIds = new Set<string>();
  let nearness = 0;
  for await (const one of inputsOf(deps, provider, horizon)) {
    const found: Finding[] = [];
    for (const detector of deps.detectors.filter(({ occasion }) => occasion === 'usage')) {
      found.push(...detector.detect(one.input));
      nearness = Math.max(nearness, detector.nearness(one.input));
    }
    findings.push(...(await judged(deps, one, found)).map(asTold));
  }
  const untold = await withoutTold(deps, findings);
  // Of equals the detector that comes first in the list has the last word.
  const inOrder = untold.toReversed().toSorted(byWeight);
  for (const ofLineage of groupBy(inOrder, ({ lineageId }) => lineageId).values()) {
    const alerts = await recordFindings(deps, ofLineage);
    for (const [index, finding] of ofLineage.entries()) {
      const alert = alerts[index] ?? null;
      if (alert !== null) alertIds.add(alert.id);
      deps.logger.info('finding recorded', {
        detector: finding.detectorId,
        alert: alert?.number ?? 'kept quietly',
        severity: finding.severity,
      });
    }
  }
  return { findings, alertIds: [...alertIds], nearness };
}

/** The past is read only for what may be told quieter than it was found. */
async function judged(deps: DetectionDeps, one: LineageInput, found: readonly Finding[]): Promise<readonly Finding[]> {
  const { profile } = deps.policy.detection;
  if (profile === 'strict' || found.every(({ severity }) => severity === 'info')) return found;
  const floorMicroUsd = hourFloor(deps.policy.detectors);
  return judge(profile, { findings: found, input: one.input, past: await pastOf(deps, one), floorMicroUsd });
}

/** News is told once at each severity: an alert would stay open for as long as it is found. */
function asTold(finding: Finding): Finding {
  if (finding.isNews !== true) return finding;
  return { ...finding, once: true, dedupeKey: `${NEWS_PREFIX}${finding.dedupeKey}:${finding.severity}` };
}

async function withoutTold(deps: DetectionDeps, findings: readonly Finding[]): Promise<readonly Finding[]> {
  const news = findings.flatMap(({ isNews, dedupeKey }) => (isNews ? [dedupeKey] : []));
  const told = await deps.store.read.told.among(news);
  return findings.filter(({ isNews, dedupeKey }) => !isNews || !told.has(dedupeKey));
}

/** What was found last is what an alert says: the worst, and of equals what a key is doing. */
function byWeight(a: Finding, b: Finding): number {
  return severityRank(a.severity) - severityRank(b.severity) || Number(isStanding(b)) - Number(isStanding(a));
}
