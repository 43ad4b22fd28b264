import {
  ACTION_NAME,
  type Action,
  canRequest,
  IS_FINAL,
  idempotencyKeyOf,
  isKeyAct,
  isRefused,
  PROOF,
} from '../../domain/action.ts';
import { alertName } from '../../domain/alert.ts';
import { countsAsProduction } from '../../domain/key.ts';
import type { OutboxRow, Repos } from '../../ports/store.ts';
import { parsePage } from '../alerts/pages.ts';
import { DIRECT, parseDirectSubject } from '../delivery/direct-copy.ts';
import type { Deps } from '../deps.ts';

export interface MessageToReview {
  readonly id: string;
  /** What it is, in words. */
  readonly about: string;
  /** When it was given up. */
  readonly since: number;
  readonly problem: string;
}

export interface ActionToReview extends MessageToReview {
  readonly requestedBy: string;
  readonly reason: string;
  /** Why it cannot be carried out any more; null: it can. */
  readonly obstacle: string | null;
}

export interface Review {
  readonly messages: readonly MessageToReview[];
  readonly actions: readonly ActionToReview[];
}

/** What waits for a person's decision: messages that were given up, actions that failed or are refused. */
export async function listReview({ store }: Pick<Deps, 'store'>): Promise<Review> {
  const { read } = store;
  return {
    messages: await Promise.all((await read.outbox.dead()).map((row) => describeMessage(read, row))),
    actions: await Promise.all((await actionsToReview(read)).map((action) => describeAction(read, action))),
  };
}

/** Those that failed, and those that are tried on although the provider refuses them. */
export async function actionsToReview(repos: Pick<Repos, 'actions'>): Promise<readonly Action[]> {
  return (await repos.actions.unfinished()).filter(
    (action) => action.state === 'failed' || (action.state === 'pending' && isRefused(action)),
  );
}

/** Says what the key is now where the action, which was asked for another state of it, does not fit any more. */
export async function obstacleTo(repos: Pick<Repos, 'keys' | 'lineages'>, action: Action): Promise<string | null> {
  const key = await repos.keys.get(action.keyId);
  if (key === undefined) return 'The key is not in the inventory any more.';
  const environment = (await repos.lineages.get(key.lineageId))?.environment ?? 'unknown';
  // What two people agreed to then is not agreed to now, and one person at a shell is not two.
  if (IS_FINAL[action.kind] === 'yes' && action.state === 'failed' && countsAsProduction(environment)) {
    return 'It cannot be undone and takes two people: ask for it again in Slack.';
  }
  // Acts on limits and accounts look at what they change again, and do nothing where it is not what the person saw.
  if (!isKeyAct(action.kind)) return null;
  // Done by somebody else: the next read proves it, and nothing is called.
  if (PROOF[action.kind].has(key.status)) return null;
  if (action.idempotencyKey === idempotencyKeyOf(action.kind, key) && canRequest(action.kind, key.status)) return null;
  const lineage = await repos.lineages.get(key.lineageId);
  return `${lineage?.slug ?? 'The key'} has changed since it was asked for and is ${key.status} now.`;
}

async function describeMessage(repos: Repos, row: OutboxRow): Promise<MessageToReview> {
  return {
    id: row.id,
    about: await subjectOf(repos, row),
    since: row.settledAt ?? row.createdAt,
    problem: row.problem ?? 'The reason is not known.',
  };
}

async function describeAction(repos: Repos, action: Action): Promise<ActionToReview> {
  return {
    id: action.id,
    about: `${ACTION_NAME[action.kind]} of ${await keyName(repos, action.keyId)}`,
    since: action.requestedAt,
    problem: action.problem ?? 'The reason is not known.',
    requestedBy: action.requestedBy,
    reason: action.reason,
    obstacle: await obstacleTo(repos, action),
  };
}

/** A kind of a later version, or one whose subject is gone, is named as it is. */
async function subjectOf(repos: Repos, { kind, subjectId }: Pick<OutboxRow, 'kind' | 'subjectId'>): Promise<string> {
  const plain = `a message of kind ${kind} about ${subjectId}`;
  if (kind === 'alert') return (await alertText(repos, subjectId)) ?? plain;
  if (kind === 'alert_event') {
    const event = await repos.alerts.getEvent(subjectId);
    const alert = event && (await alertText(repos, event.alertId));
    return alert === undefined ? plain : `a line (${event?.kind.replaceAll('_', ' ')}) in the thread of ${alert}`;
  }
  const page = parsePage({ kind, subjectId });
  if (page !== null) {
    const alert = (await alertText(repos, page.alertId)) ?? 'an alert that is gone';
    return `the page (${page.kind}) to ${page.target} about ${alert}`;
  }
  const copy = kind === DIRECT ? parseDirectSubject(subjectId) : null;
  if (copy !== null) return `the direct message to ${copy.userId}: ${await subjectOf(repos, copy)}`;
  const notice = kind === 'notice' ? await repos.notices.get(subjectId) : undefined;
  if (notice?.kind === 'blind') {
    return `the notice that ${notice.detail.reading} of ${notice.detail.connectionId} cannot be read`;
  }
  return notice?.kind === 'downtime' ? 'the notice of a downtime' : plain;
}

async function alertText(repos: Repos, alertId: string): Promise<string | undefined> {
  const alert = await repos.alerts.get(alertId);
  const lineage = alert && (await repos.lineages.get(alert.lineageId));
  return alert && `alert ${alertName(alert)} about ${lineage?.slug ?? 'a key that is gone'}`;
}

async function keyName(repos: Repos, keyId: string): Promise<string> {
  const key = await repos.keys.get(keyId);
  const lineage = key && (await repos.lineages.get(key.lineageId));
  return lineage?.slug ?? keyId;
}
