import { MISSES_BEFORE_BLIND, type NoticeOf, type WelcomeConnection, type WelcomeDetail } from '../../domain/notice.ts';
import { DAY_MS, HOUR_MS } from '../../domain/time.ts';
import type { Provider } from '../../ports/provider.ts';
import type { Deps } from '../deps.ts';
import { readCompany } from '../home/read-company.ts';
import { type KeySummary, listAllKeys } from '../inventory/list-keys.ts';
import { adminsToTell } from '../notices/admins-to-tell.ts';
import { closeNotice, openNotice, sendNoticeTo } from '../notices/announce-notice.ts';
import { readTotalSpend } from '../spend/read-spend.ts';
import { hasUnreadHistory } from '../usage/usage-history.ts';

type GreetDeps = Pick<
  Deps,
  'store' | 'clock' | 'ids' | 'policy' | 'providers' | 'directory' | 'logger' | 'breathe' | 'prices'
>;

const SUBJECT = 'keysteward';
// Half a year of days of a large company is read in minutes; who waits longer wants to hear what is there.
const PATIENCE_MS = 6 * HOUR_MS;
const SPEND_MS = 31 * DAY_MS;
const NOTHING_YET: WelcomeDetail = { userId: null, connections: [], unowned: 0, stale: 0, spentMicroUsd: 0 };

export async function isGreeted({ store }: Pick<Deps, 'store'>): Promise<boolean> {
  const notice = await store.read.notices.latest('welcome', SUBJECT);
  return notice !== undefined && notice.closedAt !== null;
}

/**
 * Once in the life of an installation, when the first reads have ended or failed: tells the first admin of policy, who
 * most likely installed it, what they brought. That it was told is written with the message itself.
 */
export async function greetInstaller(deps: GreetDeps): Promise<void> {
  if (deps.providers.size === 0 || (await isGreeted(deps))) return;
  const notice = await beginWaiting(deps);
  const reads = await Promise.all([...deps.providers.values()].map((provider) => readOf(deps, provider)));
  const isPatient = deps.clock.now() - notice.openedAt < PATIENCE_MS;
  if (isPatient && reads.some(({ isUnderWay }) => isUnderWay)) return;
  const userId = (await adminsToTell(deps, null))[0];
  if (userId === undefined) {
    deps.logger.info('nobody to introduce ourselves to: no admin of policy.yml is an active member');
    return;
  }
  const detail = await detailOf(deps, reads, userId);
  await deps.store.write(async (tx) => {
    const waiting = await tx.notices.open('welcome', SUBJECT);
    if (waiting === undefined) return;
    await closeNotice({ deps, tx }, waiting, detail);
    await sendNoticeTo({ deps, tx }, waiting, userId);
  });
}

/** Since when it is waited for, whatever restarts come between. */
async function beginWaiting(deps: GreetDeps): Promise<NoticeOf<'welcome'>> {
  return deps.store.write(async (tx) => {
    const waiting = await tx.notices.open('welcome', SUBJECT);
    return waiting ?? openNotice({ deps, tx }, { kind: 'welcome', subject: SUBJECT, detail: NOTHING_YET });
  });
}

interface FirstRead extends Omit<WelcomeConnection, 'keys'> {
  readonly isUnderWay: boolean;
}

/** What fails a few times in a row is told as it is. */
async function readOf(deps: GreetDeps, provider: Provider): Promise<FirstRead> {
  const { connectionId } = provider;
  const { inventoryReads, watermarks } = deps.store.read;
  const inventory = await inventoryReads.get(connectionId);
  const usage = await watermarks.get(connectionId);
  const keysAreRead = inventory !== undefined && inventory.readAt !== null;
  const usageIsRead = usage !== undefined && usage.polledAt !== null;
  const isReadingOn = usageIsRead && (await hasUnreadHistory(deps, provider));
  const keysFailed = !keysAreRead && (inventory?.missedReads ?? 0) >= MISSES_BEFORE_BLIND;
  const usageFailed = !usageIsRead && (usage?.missedPolls ?? 0) >= MISSES_BEFORE_BLIND;
  const problems = [
    ...(keysAreRead ? [] : [problemText('the key list', inventory?.problem)]),
    ...(usageIsRead ? [] : [problemText('the usage', usage?.problem)]),
  ];
  const isUnderWay = !(keysAreRead || keysFailed) || !(usageIsRead || usageFailed) || isReadingOn;
  return { connectionId, problems, isReadingOn, isUnderWay };
}

function problemText(what: string, problem: string | null | undefined): string {
  return `${what} could not be read yet${problem ? `: ${problem}` : '.'}`;
}

async function detailOf(deps: GreetDeps, reads: readonly FirstRead[], userId: string): Promise<WelcomeDetail> {
  const keys = await listAllKeys(deps);
  const { unowned, stale } = await readCompany(deps, keys);
  return {
    userId,
    connections: reads.map(({ connectionId, problems, isReadingOn }) => ({
      connectionId,
      keys: keysOf(keys, connectionId),
      problems,
      isReadingOn,
    })),
    unowned,
    stale,
    spentMicroUsd: (await readTotalSpend(deps, SPEND_MS)).totalMicroUsd,
  };
}

function keysOf(keys: readonly KeySummary[], connectionId: string): number {
  return keys.filter(({ key }) => key.connectionId === connectionId && key.status !== 'gone').length;
}
