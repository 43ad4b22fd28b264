import type { ConnectionFinding, ConnectionInput } from '../../domain/connection-detector.ts';
import { bindConnectionDetectors } from '../../domain/connection-detectors/index.ts';
import type { CostRead } from '../../domain/cost-plan.ts';
import { pages } from '../../domain/escalation.ts';
import { reconcileDay } from '../../domain/reconciliation.ts';
import { DAY_MS } from '../../domain/time.ts';
import type { Provider } from '../../ports/provider.ts';
import type { Deps } from '../deps.ts';
import { announceNotice, callForNotice, closeNotice, openNotice } from './announce-notice.ts';

// An installation that has just read a year of costs does not tell of last spring.
const SHADOW_DAYS = 3;
const LOGINS_MS = DAY_MS;

export type ReportDeps = Pick<Deps, 'store' | 'clock' | 'ids' | 'policy' | 'logger'>;

/** After costs were read: tells of settled days that known keys do not explain. */
export async function reportShadowSpend(
  deps: ReportDeps,
  { connectionId, settledUntil, untilAt }: CostRead,
): Promise<void> {
  if (settledUntil === null || untilAt === null) return;
  const to = Math.min(untilAt, Math.floor(settledUntil / DAY_MS) * DAY_MS);
  const days: ConnectionInput['days'][number][] = [];
  for (let dayAt = to - SHADOW_DAYS * DAY_MS; dayAt < to; dayAt += DAY_MS) {
    const lines = await deps.store.read.dayCosts.lines(connectionId, { from: dayAt, to: dayAt + DAY_MS });
    const { total, shadowMicroUsd } = reconcileDay(dayAt, lines);
    if (shadowMicroUsd === null) continue;
    const { providerMicroUsd } = total;
    days.push({ dayAt, providerMicroUsd, keyedMicroUsd: providerMicroUsd - shadowMicroUsd });
  }
  await reportFindings(deps, connectionId, { days });
}

/** After the provider's log was read: tells of log-ins that failed. */
export async function reportLogins(deps: ReportDeps, { connectionId }: Pick<Provider, 'connectionId'>): Promise<void> {
  const from = deps.clock.now() - LOGINS_MS;
  const events = await deps.store.read.providerEvents.ofConnection(connectionId, { from, kindPart: 'login' });
  if (events.length > 0) await reportFindings(deps, connectionId, { events });
}

function nothingOf({ clock }: ReportDeps, connectionId: string): ConnectionInput {
  return { now: clock.now(), connectionId, readings: [], silence: null, days: [], events: [] };
}

/** Looks at what was given of a connection with every rule, and tells what is found. */
export async function reportFindings(
  deps: ReportDeps,
  connectionId: string,
  given: Partial<ConnectionInput>,
): Promise<void> {
  const input = { ...nothingOf(deps, connectionId), ...given };
  for (const detector of bindConnectionDetectors(deps.policy.detectors)) {
    for (const finding of detector.detect(input)) await tell(deps, finding);
  }
}

/** Once for each matter; once more, and with a call, when it has become one that calls people. */
async function tell(deps: ReportDeps, finding: ConnectionFinding): Promise<void> {
  const { detectorId, connectionId, severity, headline, reason } = finding;
  const calls = pages(severity);
  const subject = `${detectorId}:${finding.subject}`;
  await deps.store.write(async (tx) => {
    const told = await tx.notices.latest('finding', subject);
    if (told !== undefined && (!calls || told.detail.calls)) return;
    const detail = { detectorId, connectionId, headline, reason, calls };
    const notice = told ?? (await openNotice({ deps, tx }, { kind: 'finding', subject, detail }));
    // What is found of a day or a burst is over when it is told.
    await closeNotice({ deps, tx }, notice, detail);
    await announceNotice({ deps, tx }, notice);
    if (calls) await callForNotice({ deps, tx }, notice);
  });
  deps.logger.info('finding of a connection', { detector: detectorId, connection: connectionId, severity });
}
