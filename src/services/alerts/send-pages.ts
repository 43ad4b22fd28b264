import { AppError, isAppError, isRetryable, publicMessageOf, toError } from '../../domain/errors.ts';
import { MINUTE_MS, SECOND_MS } from '../../domain/time.ts';
import type { OutboxRow } from '../../ports/outbox.ts';
import type { Repos } from '../../ports/store.ts';
import type { Page, Webhook } from '../../ports/webhook.ts';
import { workOff } from '../delivery/work-off.ts';
import type { Deps } from '../deps.ts';
import { describePage } from './describe-page.ts';
import { isDue, parsePage } from './pages.ts';

const FIRST_RETRY_MS = 5 * SECOND_MS;
const LAST_RETRY_MS = MINUTE_MS;

/** Sends the pages that are due. Each webhook goes at its own pace; order holds per webhook and alert. */
export async function sendDuePages(deps: Deps): Promise<void> {
  await workOff({
    deps,
    part: 'pages',
    placeOf: async (row) => parsePage(row)?.target ?? '',
    send: (row) => sendPage(deps, row),
  });
}

async function sendPage(deps: Deps, row: OutboxRow): Promise<void> {
  const { store } = deps;
  const claimed: OutboxRow = { ...row, state: 'sending', attempts: row.attempts + 1 };
  await store.write((tx) => tx.outbox.update(claimed));
  const webhook = deps.outlets.webhooks.find(({ id }) => id === parsePage(row)?.target);
  try {
    const page = await pageOf(deps, claimed);
    if (webhook === undefined) throw notConfigured(row);
    if (page === null) await store.write((tx) => tx.outbox.update(moot(claimed, deps.clock.now())));
    else await send(deps, { webhook, page, row: claimed });
  } catch (thrown) {
    if (isAppError(thrown, 'database')) throw thrown;
    await settleFailure(deps, { row: claimed, webhook, thrown });
  }
}

/** Null: it makes no sense any more. */
async function pageOf(deps: Deps, row: OutboxRow): Promise<Page | null> {
  const parsed = parsePage(row);
  const alert = parsed && (await deps.store.read.alerts.get(parsed.alertId));
  if (!parsed || !alert) return null;
  const told = await deps.store.read.pages.get(parsed.target, parsed.alertId);
  if (!isDue(parsed.kind, alert.state, told)) return null;
  return describePage(deps, { id: row.id, kind: parsed.kind }, alert);
}

interface Sending {
  readonly webhook: Webhook;
  readonly page: Page;
  readonly row: OutboxRow;
}

async function send({ store, clock }: Deps, { webhook, page, row }: Sending): Promise<void> {
  const told = await store.read.pages.get(webhook.id, page.alert.id);
  const mustEnd = webhook.staysAcknowledged === true && page.kind === 'trigger' && told === 'acknowledge';
  if (mustEnd) await webhook.send({ ...page, id: `${page.id}-end`, kind: 'resolve' });
  await webhook.send(page);
  const now = clock.now();
  await store.write(async (tx) => {
    await tx.outbox.update({ ...row, state: 'sent', settledAt: now, problem: null });
    // A note says nothing of whether it is open there.
    if (page.kind !== 'note') {
      await tx.pages.put({ target: webhook.id, alertId: page.alert.id, kind: page.kind, sentAt: now });
    }
    await tx.outlets.put({ id: webhook.id, sentAt: now, failingSince: null, problem: null });
  });
}

interface Failure {
  readonly row: OutboxRow;
  readonly webhook: Webhook | undefined;
  readonly thrown: unknown;
}

async function settleFailure(deps: Deps, { row, webhook, thrown }: Failure): Promise<void> {
  const { store, clock, logger } = deps;
  const now = clock.now();
  const problem = publicMessageOf(thrown);
  const fields = { outbox: row.id, kind: row.kind, attempts: row.attempts };
  const again = isRetryable(thrown);
  if (again) logger.info('page has to wait', { ...fields, problem: toError(thrown).message });
  else logger.warn('page given up', { ...fields, error: toError(thrown) });
  await store.write(async (tx) => {
    await tx.outbox.update(
      again
        ? { ...row, state: 'pending', notBeforeAt: now + delayMs(row.attempts, thrown), problem }
        : { ...row, state: 'dead', settledAt: now, problem },
    );
    if (webhook !== undefined) await noteFailure(tx, { id: webhook.id, now, problem });
  });
}

export async function noteFailure(
  tx: Repos,
  { id, now, problem }: { readonly id: string; readonly now: number; readonly problem: string },
): Promise<void> {
  const before = await tx.outlets.get(id);
  await tx.outlets.put({ id, sentAt: before?.sentAt ?? null, failingSince: before?.failingSince ?? now, problem });
}

function delayMs(attempts: number, thrown: unknown): number {
  const asked = thrown instanceof AppError ? thrown.retryAfterMs : undefined;
  return asked ?? Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** (attempts - 1));
}

function moot(row: OutboxRow, now: number): OutboxRow {
  return { ...row, state: 'dismissed', settledAt: now, problem: 'Not sent: it made no sense any more.' };
}

function notConfigured(row: OutboxRow): AppError {
  return new AppError({
    code: 'webhook_rejected',
    message: `no webhook for ${row.subjectId}`,
    publicMessage: 'The webhook that this was for is not configured any more.',
  });
}
