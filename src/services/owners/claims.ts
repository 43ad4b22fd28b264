import { type Actor, actorText } from '../../domain/actor.ts';
import { AppError } from '../../domain/errors.ts';
import type { Lineage } from '../../domain/key.ts';
import type { ClaimDetail } from '../../domain/notice.ts';
import type { Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';
import { announceNotice, closeNotice, openNotice } from '../notices/announce-notice.ts';
import { settleOwned } from './owner-settled.ts';
import { tellOwner } from './tell-owner.ts';

type ClaimDeps = Pick<Deps, 'store' | 'clock' | 'ids'>;

interface Context {
  readonly deps: Pick<Deps, 'clock' | 'ids'>;
  readonly tx: Repos;
}

export interface Claim {
  readonly actor: Actor & { readonly kind: 'slack' };
  readonly lineageId: string;
}

/** Somebody says that a key is theirs. It gives no power until a responder has confirmed it; the channel is asked. */
export async function claimLineage(deps: ClaimDeps, claim: Claim): Promise<Lineage> {
  return deps.store.write((tx) => claimLineageIn({ deps, tx }, claim));
}

/** The same in a transaction that does more. */
export async function claimLineageIn({ deps, tx }: Context, { actor, lineageId }: Claim): Promise<Lineage> {
  const lineage = await tx.lineages.get(lineageId);
  if (lineage === undefined)
    throw refused('This key is not in the inventory any more. `/keys list` shows what there is.');
  refuseOwned(lineage, actor.userId);
  const claimed: Lineage = {
    ...lineage,
    ownerSlackId: actor.userId,
    ownerStanding: 'claimed',
    revision: lineage.revision + 1,
  };
  await tx.lineages.update(claimed);
  const { slug } = lineage;
  await tx.audit.append({
    at: deps.clock.now(),
    actor,
    verb: 'lineage.claimed',
    subject: lineageId,
    detail: { slug },
  });
  const detail: ClaimDetail = { lineageId, userId: actor.userId, state: 'open', settledBy: null };
  const notice = await openNotice({ deps, tx }, { kind: 'claim', subject: lineageId, detail });
  await announceNotice({ deps, tx }, notice);
  await settleOwned({ deps, tx }, lineageId);
  return claimed;
}

export interface Settlement {
  readonly actor: Actor;
  readonly noticeId: string;
  readonly decision: 'confirmed' | 'declined';
}

/** A responder answers a claim. Throws what became of it meanwhile where there is nothing to answer any more. */
export async function settleClaim(deps: ClaimDeps, { actor, noticeId, decision }: Settlement): Promise<Lineage> {
  return deps.store.write(async (tx) => {
    const notice = await tx.notices.get(noticeId);
    const lineage = notice?.kind === 'claim' ? await tx.lineages.get(notice.detail.lineageId) : undefined;
    if (notice?.kind !== 'claim' || lineage === undefined) throw refused('There is no such claim any more.');
    const { userId, state } = notice.detail;
    if (notice.closedAt !== null) throw refused(`Nothing was done: this claim was ${state} before.`);
    const settled: Lineage =
      decision === 'confirmed'
        ? { ...lineage, ownerStanding: 'confirmed', ownerSource: 'person', revision: lineage.revision + 1 }
        : // What a person had said before, that nobody owns it, holds again.
          { ...lineage, ownerSlackId: null, ownerStanding: 'confirmed', revision: lineage.revision + 1 };
    await tx.lineages.update(settled);
    const detail = { slug: lineage.slug, owner: userId };
    const verb = `lineage.claim.${decision}`;
    await tx.audit.append({ at: deps.clock.now(), actor, verb, subject: lineage.id, detail });
    await endClaim({ deps, tx }, lineage, { state: decision, settledBy: actorText(actor) });
    if (decision === 'confirmed') await tellOwner({ deps, tx }, settled, actor);
    return settled;
  });
}

/** Closes the open claim of a lineage, if there is one, and edits what the channel was asked. */
export async function endClaim(
  context: Context,
  { id }: Pick<Lineage, 'id'>,
  outcome: Pick<ClaimDetail, 'state' | 'settledBy'>,
): Promise<void> {
  const open = await context.tx.notices.open('claim', id);
  if (open === undefined) return;
  await closeNotice(context, open, { ...open.detail, ...outcome });
  await announceNotice(context, open);
}

function refuseOwned({ slug, ownerSlackId, ownerStanding }: Lineage, userId: string): void {
  if (ownerSlackId === null) return;
  const isClaim = ownerStanding === 'claimed';
  if (ownerSlackId === userId) {
    throw refused(
      isClaim ? `You have claimed ${slug} already; a responder has to confirm it.` : `${slug} is yours already.`,
    );
  }
  if (isClaim)
    throw refused(
      `Somebody else has claimed ${slug}, and a responder has to decide. Ask them with \`/keys show ${slug}\`.`,
    );
  throw refused(`${slug} has an owner. Ask a responder to change it: \`/keys owner ${slug} @you\`.`);
}

function refused(publicMessage: string): AppError {
  return new AppError({ code: 'invalid_input', message: 'a claim that does not hold', publicMessage });
}
