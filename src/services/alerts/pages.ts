import type { Alert, AlertState } from '../../domain/alert.ts';
import { PAGE_PREFIX } from '../../ports/outbox.ts';
import type { Repos } from '../../ports/store.ts';
import { PAGE_KINDS, type PageKind } from '../../ports/webhook.ts';
import type { Deps } from '../deps.ts';

interface Context {
  readonly deps: Pick<Deps, 'clock' | 'ids' | 'outlets'>;
  readonly tx: Repos;
}

/**
 * Puts a page about the alert on the way to every webhook; without one nothing happens. In the transaction that changes
 * the alert. What is true when it is sent decides whether it still makes sense: see `isDue`.
 */
export async function enqueuePages({ deps, tx }: Context, alert: Pick<Alert, 'id'>, kind: PageKind): Promise<void> {
  for (const { id: target } of deps.outlets.webhooks) {
    await tx.outbox.enqueue({
      id: deps.ids.next('out'),
      kind: `${PAGE_PREFIX}${kind}`,
      subjectId: pageSubject(target, alert.id),
      threadKey: `page:${pageSubject(target, alert.id)}`,
      createdAt: deps.clock.now(),
    });
  }
}

function pageSubject(target: string, alertId: string): string {
  return `${target}/${alertId}`;
}

/** Null where it is no page, or one of a later version. */
export function parsePage(row: { readonly kind: string; readonly subjectId: string }) {
  const kind = PAGE_KINDS.find((each) => row.kind === `${PAGE_PREFIX}${each}`);
  const [, target, alertId] = /^([^/]+)\/(.+)$/.exec(row.subjectId) ?? [];
  return kind === undefined || target === undefined || alertId === undefined ? null : { kind, target, alertId };
}

/**
 * Whether a page still makes sense: nobody is woken by an alert that somebody has taken on or that is over, and what
 * the other side was never told of, or knows to be over, is not ended there.
 */
export function isDue(kind: PageKind, state: AlertState, told: PageKind | null): boolean {
  const isOpenThere = told !== null && told !== 'resolve';
  switch (kind) {
    case 'trigger':
      return state === 'open';
    case 'acknowledge':
      return isOpenThere && (state === 'acknowledged' || state === 'contained');
    case 'resolve':
      return isOpenThere && (state === 'contained' || state === 'resolved');
    case 'note':
      return isOpenThere && state !== 'resolved';
  }
}
