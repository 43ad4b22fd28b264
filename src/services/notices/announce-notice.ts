import { systemActor } from '../../domain/actor.ts';
import type { Notice, NoticeKind, NoticeOf } from '../../domain/notice.ts';
import type { Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';

export interface NoticeContext {
  readonly deps: Pick<Deps, 'clock' | 'ids'>;
  readonly tx: Repos;
}

type NewNotice<Kind extends NoticeKind> = Pick<NoticeOf<Kind>, 'kind' | 'subject' | 'detail'>;

/** Begins a state that people are told about. Announcing it is the caller's: some are told only when they are over. */
export async function openNotice<Kind extends NoticeKind>(
  { deps, tx }: NoticeContext,
  { kind, subject, detail }: NewNotice<Kind>,
): Promise<NoticeOf<Kind>> {
  const at = deps.clock.now();
  const id = deps.ids.next('notice');
  const notice = { id, kind, subject, detail, openedAt: at, updatedAt: at, closedAt: null };
  await tx.notices.insert(notice as Notice);
  await appendAudit({ deps, tx }, notice, 'notice.opened');
  return notice;
}

export async function updateNotice<Kind extends NoticeKind>(
  { deps, tx }: NoticeContext,
  notice: NoticeOf<Kind>,
  detail: NoticeOf<Kind>['detail'],
): Promise<void> {
  await tx.notices.update({ ...notice, detail, updatedAt: deps.clock.now() } as Notice);
}

export async function closeNotice<Kind extends NoticeKind>(
  { deps, tx }: NoticeContext,
  notice: NoticeOf<Kind>,
  detail: NoticeOf<Kind>['detail'],
): Promise<void> {
  const at = deps.clock.now();
  await tx.notices.update({ ...notice, detail, updatedAt: at, closedAt: at } as Notice);
  await appendAudit({ deps, tx }, notice, 'notice.closed');
}

/** Puts the notice's message on the way: it is posted, or edited to what is true when it is sent. */
export async function announceNotice({ deps, tx }: NoticeContext, { id }: Pick<Notice, 'id'>): Promise<void> {
  await tx.outbox.enqueue({
    id: deps.ids.next('out'),
    kind: 'notice',
    subjectId: id,
    threadKey: `notice:${id}`,
    createdAt: deps.clock.now(),
  });
}

/** The outbox's kind of a line under a notice that calls the responders. */
export const NOTICE_CALL = 'notice_call';

/** Mentions the responders in the notice's thread, once: what it says does not wait until somebody looks. */
export async function callForNotice({ deps, tx }: NoticeContext, { id }: Pick<Notice, 'id'>): Promise<void> {
  await tx.outbox.enqueue({
    id: deps.ids.next('out'),
    kind: NOTICE_CALL,
    subjectId: id,
    threadKey: `notice:${id}`,
    createdAt: deps.clock.now(),
  });
}

/** The outbox's kind of a notice that goes to one person. */
export const NOTICE_TO = 'notice_to';

/** The same message to one person directly. */
export async function sendNoticeTo(
  { deps, tx }: NoticeContext,
  { id }: Pick<Notice, 'id'>,
  userId: string,
): Promise<void> {
  await tx.outbox.enqueue({
    id: deps.ids.next('out'),
    kind: NOTICE_TO,
    subjectId: `${id}/${userId}`,
    threadKey: `notice:${id}/${userId}`,
    createdAt: deps.clock.now(),
  });
}

type Subject = Pick<Notice, 'id' | 'kind' | 'subject'>;

async function appendAudit({ deps, tx }: NoticeContext, { id, kind, subject }: Subject, verb: string): Promise<void> {
  await tx.audit.append({
    at: deps.clock.now(),
    actor: systemActor('watch'),
    verb,
    subject: id,
    detail: { kind, subject },
  });
}
