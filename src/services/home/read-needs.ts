import { type Action, hangs } from '../../domain/action.ts';
import { userIdIn } from '../../domain/actor.ts';
import type { Alert } from '../../domain/alert.ts';
import { mayAct, type Role } from '../../domain/authorise.ts';
import { severityRank } from '../../domain/finding.ts';
import { confirmedOwnerOf, type Lineage } from '../../domain/key.ts';
import type { MissingScopeDetail } from '../../domain/notice.ts';
import type { ChannelTrouble } from '../../ports/outbox.ts';
import { type ApprovalCard, actOf, describeApproval } from '../actions/describe-consent.ts';
import { type AlertCard, describeAlert } from '../alerts/describe-alert.ts';
import type { Deps } from '../deps.ts';
import { type ClaimCard, describeNotice } from '../notices/describe-notice.ts';
import { pendingRevocations } from '../rotation/describe-end.ts';
import { linkOf, openRotations, type Place, type RotationLink } from '../rotation/rotation-link.ts';

const SHOWN = 5;

export interface AlertNeed {
  readonly card: AlertCard;
  /** Of the question that this person has not answered yet. */
  readonly askId: string | null;
  /** Where the message is, once it is posted. */
  readonly place: Place | null;
}

export interface RotationNeed extends RotationLink {
  readonly slug: string;
}

export interface RevocationNeed {
  readonly action: Action;
  readonly slug: string;
  /** Where the rotation that replaced it goes on. */
  readonly place: Place | null;
}

/** What an admin has to put right. */
export interface Upkeep {
  readonly missingScopes: readonly MissingScopeDetail[];
  readonly troubles: readonly ChannelTrouble[];
  /** Messages that were given up. */
  readonly dead: number;
}

/** What waits for one person; of each kind the first few, and how many more. */
export interface Needs {
  readonly alerts: readonly AlertNeed[];
  readonly approvals: readonly ApprovalCard[];
  readonly claims: readonly ClaimCard[];
  readonly rotations: readonly RotationNeed[];
  /** Ends of keys that were asked for and that the provider does not show yet, for whoever may ask for them. */
  readonly revocations: readonly RevocationNeed[];
  readonly more: {
    readonly alerts: number;
    readonly approvals: number;
    readonly claims: number;
    readonly rotations: number;
    readonly revocations: number;
  };
  /** Null for everybody but admins. */
  readonly upkeep: Upkeep | null;
}

export interface Asker {
  readonly userId: string;
  /** Without what they own. */
  readonly roles: readonly Role[];
  /** False: an owner whom policy does not name among the viewers. */
  readonly seesAll: boolean;
}

type NeedsDeps = Pick<Deps, 'store' | 'providers' | 'policy' | 'clock'>;

export async function readNeeds(deps: NeedsDeps, asker: Asker): Promise<Needs> {
  const alerts = await alertsFor(deps, asker);
  const approvals = await approvalsFor(deps, asker);
  const claims = await claimsFor(deps, asker);
  const rotations = await rotationsFor(deps, asker);
  const revocations = await revocationsFor(deps, asker);
  return {
    alerts: await described(alerts.slice(0, SHOWN), (alert) => describeNeed(deps, asker, alert)),
    approvals: approvals.slice(0, SHOWN),
    claims: await described(claims.slice(0, SHOWN), (id) => describeClaim(deps, id)),
    rotations: rotations.slice(0, SHOWN),
    revocations: revocations.slice(0, SHOWN),
    more: {
      alerts: Math.max(0, alerts.length - SHOWN),
      approvals: Math.max(0, approvals.length - SHOWN),
      claims: Math.max(0, claims.length - SHOWN),
      rotations: Math.max(0, rotations.length - SHOWN),
      revocations: Math.max(0, revocations.length - SHOWN),
    },
    upkeep: asker.roles.includes('admin') ? await readUpkeep(deps) : null,
  };
}

/** Open ones that nobody has taken on and nobody put off; those of their own keys for owners, all for responders. */
async function alertsFor({ store }: NeedsDeps, { userId, roles }: Asker): Promise<readonly Alert[]> {
  const open = (await store.read.alerts.unresolved()).filter(
    ({ state, snoozedUntil }) => state === 'open' && snoozedUntil === null,
  );
  const answersAll = mayAct(roles, 'acknowledge');
  const own: Alert[] = [];
  for (const alert of open) {
    const lineage = await store.read.lineages.get(alert.lineageId);
    if (answersAll || (lineage !== undefined && concerns(alert, lineage, userId))) own.push(alert);
  }
  return own.sort((a, b) => severityRank(b.severity) - severityRank(a.severity) || b.openedAt - a.openedAt);
}

function concerns(alert: Alert, lineage: Lineage, userId: string): boolean {
  return confirmedOwnerOf(lineage) === userId || askOf(alert, lineage, userId) !== null;
}

/** Whoever was asked and owns it no more has nothing to answer, and nothing to see. */
function askOf({ ownerAsk }: Alert, { ownerSlackId }: Lineage, userId: string): string | null {
  const isAsked = ownerAsk?.userId === userId && ownerAsk.answer === null;
  return isAsked && ownerSlackId === userId ? ownerAsk.id : null;
}

async function describeNeed(deps: NeedsDeps, { userId }: Asker, alert: Alert): Promise<AlertNeed | null> {
  const card = await describeAlert(deps, alert.id);
  if (card === undefined) return null;
  const place = (await deps.store.read.messages.get('alert', alert.id)) ?? null;
  return { card, askId: askOf(alert, card.lineage, userId), place };
}

async function approvalsFor(deps: NeedsDeps, { userId, roles }: Asker): Promise<readonly ApprovalCard[]> {
  const waiting = (await deps.store.read.approvals.waiting()).filter(
    ({ kind, requestedBy }) => mayAct(roles, actOf(kind)) && userIdIn(requestedBy) !== userId,
  );
  return described(waiting, async ({ id }) => (await describeApproval(deps, id)) ?? null);
}

/** Nobody confirms what they said themselves. */
async function claimsFor({ store }: NeedsDeps, { userId, roles }: Asker): Promise<readonly string[]> {
  if (!mayAct(roles, 'classify')) return [];
  const open = await store.read.notices.allOpen('claim');
  return open.filter(({ detail }) => detail.userId !== userId).map(({ id }) => id);
}

async function describeClaim(deps: NeedsDeps, noticeId: string): Promise<ClaimCard | null> {
  const card = await describeNotice(deps, noticeId);
  return card?.kind === 'claim' ? card : null;
}

/** Who sees the own keys alone drives what they have begun in its thread, and reads no more of it here. */
async function rotationsFor(deps: NeedsDeps, { userId, seesAll }: Asker): Promise<readonly RotationNeed[]> {
  const driven = (await openRotations(deps)).filter(({ rotation }) => userIdIn(rotation.driver) === userId);
  return described(driven, async (link) => {
    const lineage = await deps.store.read.lineages.get(link.rotation.lineageId);
    const isTheirs = lineage !== undefined && (seesAll || confirmedOwnerOf(lineage) === userId);
    return isTheirs ? { ...link, slug: lineage.slug } : null;
  });
}

/** What goes its way needs nobody: only what was tried in vain. */
async function revocationsFor(deps: NeedsDeps, { roles }: Asker): Promise<readonly RevocationNeed[]> {
  if (!mayAct(roles, 'revoke')) return [];
  const { lineages, rotations } = deps.store.read;
  const hanging = (await pendingRevocations(deps)).filter(({ action }) => hangs(action));
  return described(hanging, async ({ action, key, rotationId }) => {
    const rotation = rotationId === null ? undefined : await rotations.get(rotationId);
    const lineage = await lineages.get(rotation?.lineageId ?? key.lineageId);
    if (lineage === undefined) return null;
    const place = rotation === undefined ? null : (await linkOf(deps, rotation)).place;
    return { action, slug: lineage.slug, place };
  });
}

async function readUpkeep({ store }: NeedsDeps): Promise<Upkeep> {
  const { notices, channelTroubles, outbox } = store.read;
  return {
    missingScopes: (await notices.allOpen('missing_scope')).map(({ detail }) => detail),
    troubles: await channelTroubles.open(),
    dead: (await outbox.counts()).dead,
  };
}

/** What is gone by now is left out. */
async function described<Item, Card>(
  items: readonly Item[],
  describe: (item: Item) => Promise<Card | null>,
): Promise<readonly Card[]> {
  const cards: Card[] = [];
  for (const item of items) {
    const card = await describe(item);
    if (card !== null) cards.push(card);
  }
  return cards;
}
