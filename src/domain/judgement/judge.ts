import { billingThreshold } from '../detectors/billing-threshold.ts';
import { costSpike } from '../detectors/cost-spike.ts';
import { dormantAwake } from '../detectors/dormant-awake.ts';
import { offHours } from '../detectors/off-hours.ts';
import { spendAcceleration } from '../detectors/spend-acceleration.ts';
import { unknownEndpoint } from '../detectors/unknown-endpoint.ts';
import { unknownModel } from '../detectors/unknown-model.ts';
import { volumeSpike } from '../detectors/volume-spike.ts';
import type { Finding, Severity } from '../finding.ts';
import { severityRank } from '../finding.ts';
import { countsAsProduction } from '../key.ts';
import { formatRatio } from '../money.ts';
import type { Profile } from '../profile.ts';
import { HOUR_MS } from '../time.ts';
import type { Case } from './case.ts';
import { UNHEARD_OF, Weight } from './weight.ts';

/** What people are told of a finding: null, as the detector says. */
interface Verdict {
  readonly severity: Severity;
  /** Why it is told less loud than the detector says, after "held back: ". */
  readonly heldBack?: string;
}
type Judge = (finding: Finding, weight: Weight, given: Case) => Verdict | null;

// A day's share of unusual hours is worth a word only where the day itself is out of the way.
const DEAR_DAY = 1.5;

/** Detectors that are not here are told as they are: what they see has no innocent history. */
const JUDGES: Readonly<Record<string, Judge>> = {
  [spendAcceleration.id]: judgeAcceleration,
  [costSpike.id]: judgeDay,
  [billingThreshold.id]: judgeDay,
  [volumeSpike.id]: judgeDay,
  [offHours.id]: judgeHours,
  [unknownModel.id]: judgeNews,
  [unknownEndpoint.id]: judgeNews,
  [dormantAwake.id]: judgeAwakening,
};

/**
 * Decides how loud findings are told, by the profile. What is held back comes as `info`, or as `medium` where people
 * should see it by day, with the reason in `evidence.heldBack`. Order and number of findings stay.
 */
export function judge(profile: Profile, given: Case): readonly Finding[] {
  if (profile === 'strict') return given.findings;
  const weight = new Weight(given);
  return given.findings.map((finding) => {
    const verdict = JUDGES[finding.detectorId]?.(finding, weight, given) ?? null;
    return verdict === null ? finding : told(finding, verdict);
  });
}

function told(finding: Finding, { severity, heldBack }: Verdict): Finding {
  const evidence = heldBack === undefined ? finding.evidence : { ...finding.evidence, heldBack };
  return { ...finding, severity, evidence };
}

function softer(finding: Finding, most: Severity, heldBack: string): Verdict | null {
  return severityRank(finding.severity) <= severityRank(most) ? null : { severity: most, heldBack };
}

/** Never held back: beyond twice the dearest hour of four weeks, and where an unknown model spends it. */
function judgeAcceleration(_finding: Finding, weight: Weight): Verdict | null {
  if (weight.isUnheardOf() || weight.isUnknownModel()) return null;
  if (weight.burnsBeyond()) return null;
  return {
    severity: 'info',
    heldBack: `the last ${weight.days} have had such hours: this is ${formatRatio(weight.ratio(1))}x the dearest`,
  };
}

/** A dear day can wait until somebody looks, unless it is twice the dearest and much money. */
function judgeDay(finding: Finding, weight: Weight): Verdict | null {
  if (weight.burnsBeyond() && weight.ratio(24) > UNHEARD_OF) return null;
  if (weight.ratio(24) <= 1) return softer(finding, 'info', `the last ${weight.days} have had a day as dear`);
  const times = weight.ratio(24);
  const ofDearest = Number.isFinite(times) ? `, ${formatRatio(times)}x the dearest day of the last ${weight.days}` : '';
  return softer(finding, 'medium', `not so much money that it cannot wait${ofDearest}`);
}

function judgeHours(finding: Finding, _weight: Weight, { past }: Case): Verdict | null {
  if (finding.costMicroUsd > DEAR_DAY * past.baseline.dailyCost.mean) return null;
  return softer(finding, 'info', 'the day cost no more than others');
}

/**
 * The first request is worth a word on production; elsewhere people try models all the time. People are called when it
 * spends, before that is an acceleration by itself.
 */
function judgeNews(finding: Finding, weight: Weight, { floorMicroUsd, input }: Case): Verdict | null {
  const most = countsAsProduction(input.lineage.environment) ? 'medium' : 'info';
  if (weight.isAccelerating) return softer(finding, most, 'it is told with the spend');
  if (finding.costMicroUsd > floorMicroUsd && weight.ratio(1) > 1) return null;
  return softer(finding, most, 'it has hardly spent anything');
}

/** A sleeper that spends is never held back; one that stirs can wait until somebody looks. */
function judgeAwakening(finding: Finding, _weight: Weight, { input, floorMicroUsd }: Case): Verdict | null {
  const { curve, knownUntil } = input;
  if (curve.cost(knownUntil - HOUR_MS, knownUntil) > floorMicroUsd)
    return { severity: finding.severity === 'critical' ? 'critical' : 'high' };
  return softer(finding, 'medium', 'it has hardly spent anything');
}
