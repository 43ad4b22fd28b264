import { userIdIn } from '../../domain/actor.ts';
import type { Alert } from '../../domain/alert.ts';
import { pages } from '../../domain/escalation.ts';
import { EXPECTED_TAIL_MS, isExpected } from '../../domain/expectation.ts';
import { type Finding, isStanding, worstSeverity } from '../../domain/finding.ts';
import { type ExpectHold, isAboutSpend, isMutedBy, windowSays } from '../../domain/hold.ts';
import type { QuietFinding } from '../../domain/quiet.ts';
import type { Sentence } from '../../domain/sentence.ts';
import { zoneDayText } from '../../domain/time.ts';
import type { Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';
import { windowSpend } from '../noise/window-spend.ts';

/** Why a finding is kept and told nobody. */
export interface QuietWhy extends Pick<QuietFinding, 'cause' | 'holdId' | 'heldBack'> {
  /** The alert on which people called it expected. */
  readonly said: Alert | null;
}

/** A window that was not enough. */
export interface Beyond {
  readonly window: ExpectHold;
  readonly spentMicroUsd: number;
}

/** `page` calls people in the channel, `channel` is posted there and calls nobody, `quiet` is kept and listed. */
export type Route =
  | { readonly kind: 'page' | 'channel'; readonly finding: Finding; readonly beyond: Beyond | null }
  | { readonly kind: 'quiet'; readonly why: QuietWhy };

interface Context {
  readonly deps: Pick<Deps, 'clock' | 'policy'>;
  readonly tx: Repos;
}

/**
 * The one gate between what is found and what people are told. A window that is exceeded goes before a muted rule: somebody
 * has named an amount, and it is more.
 */
export async function routeFinding(context: Context, finding: Finding): Promise<Route> {
  const now = context.deps.clock.now();
  const said = await expectingAlert(context.tx, finding, now);
  if (said !== null) return quiet({ cause: 'said', said });
  const { held, beyond, muted } = await whatHoldsSay(context, finding, now);
  if (beyond !== null) {
    const told = await moreThanExpected(context, finding, beyond);
    if (told.severity !== 'info') return { kind: 'page', finding: told, beyond };
  }
  if (finding.severity === 'info') return quiet(ownWhy(finding));
  if (held !== null) return quiet({ cause: 'window', holdId: held });
  if (muted !== null) return quiet({ cause: 'mute', holdId: muted });
  return { kind: pages(finding.severity) ? 'page' : 'channel', finding, beyond: null };
}

function quiet(why: Partial<QuietWhy> & Pick<QuietWhy, 'cause'>): Route {
  return { kind: 'quiet', why: { holdId: null, heldBack: null, said: null, ...why } };
}

/** What people called expected is kept, and changes nothing, even when another alert has come since. */
async function expectingAlert(tx: Repos, finding: Finding, now: number): Promise<Alert | null> {
  const word = isStanding(finding) ? undefined : await tx.alerts.lastExpected(finding.lineageId);
  if (word === undefined || !isExpected(word, finding, now)) return null;
  // "This was us" is said of spend, or of what the alert was about: never of a dead key that comes later.
  return isAboutSpend(finding) || word.detectorIds.includes(finding.detectorId) ? word : null;
}

interface Said {
  /** The window that explains it. */
  readonly held: string | null;
  readonly beyond: Beyond | null;
  readonly muted: string | null;
}

async function whatHoldsSay({ tx }: Context, finding: Finding, now: number): Promise<Said> {
  let said: Said = { held: null, beyond: null, muted: null };
  for (const hold of await tx.holds.ofLineage(finding.lineageId, now - EXPECTED_TAIL_MS)) {
    if (hold.kind === 'mute') {
      if (isMutedBy(hold, finding, now)) said = { ...said, muted: hold.id };
      continue;
    }
    const spend = await windowSpend(tx, hold, now);
    const word = windowSays(hold, finding, { ...spend, now });
    if (word === 'held') said = { ...said, held: hold.id, beyond: null };
    if (word === 'beyond') said = { ...said, beyond: { window: hold, spentMicroUsd: spend.insideMicroUsd } };
  }
  return said;
}

function ownWhy({ evidence }: Finding): Pick<QuietWhy, 'cause' | 'heldBack'> {
  const heldBack = heldBackIn(evidence);
  return heldBack === null ? { cause: 'rule', heldBack } : { cause: 'judgement', heldBack };
}

function heldBackIn(evidence: Finding['evidence']): string | null {
  const sentence = evidence['heldBack'];
  return typeof sentence === 'string' && sentence !== '' ? sentence : null;
}

/** It calls people whatever it would do otherwise, and says whose word it goes beyond. */
async function moreThanExpected(
  { deps, tx }: Context,
  finding: Finding,
  { window, spentMicroUsd }: Beyond,
): Promise<Finding> {
  const isMild = finding.severity === 'info' && heldBackIn(finding.evidence) === null;
  if (isMild) return finding;
  const userId = userIdIn(window.by);
  const name = userId === null ? undefined : (await tx.members.get(userId))?.name;
  const day = zoneDayText(window.untilAt, deps.policy.calendar.timeZone);
  const more: Sentence = [
    ' That is more than what ',
    name === undefined ? 'a person' : { foreign: name },
    ' expected: ',
    { money: spentMicroUsd },
    ' of ',
    { money: window.ceilingMicroUsd },
    ` until ${day} `,
    { instant: window.untilAt },
    '.',
  ];
  const evidence = { ...finding.evidence, expectedMicroUsd: window.ceilingMicroUsd, expectedUntil: window.untilAt };
  const severity = worstSeverity(finding.severity, 'high');
  return { ...finding, severity, reason: [...finding.reason, ...more], evidence };
}
