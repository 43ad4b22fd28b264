import type { MissingScopeDetail } from '../../domain/notice.ts';
import type { Deps } from '../deps.ts';
import { adminsToTell } from '../notices/admins-to-tell.ts';
import { closeNotice, openNotice, sendNoticeTo } from '../notices/announce-notice.ts';

type ScopeDeps = Pick<Deps, 'store' | 'clock' | 'ids' | 'policy' | 'directory' | 'logger'>;

/** Slack refuses for want of a scope: it stands in status, and the admins are told once. */
export async function noteMissingScope(deps: ScopeDeps, detail: MissingScopeDetail): Promise<void> {
  if ((await deps.store.read.notices.open('missing_scope', detail.scope)) !== undefined) return;
  const adminIds = await adminsToTell(deps, null);
  deps.logger.warn('the app lacks a Slack scope', { ...detail });
  await deps.store.write(async (tx) => {
    if ((await tx.notices.open('missing_scope', detail.scope)) !== undefined) return;
    const notice = await openNotice({ deps, tx }, { kind: 'missing_scope', subject: detail.scope, detail });
    for (const adminId of adminIds) await sendNoticeTo({ deps, tx }, notice, adminId);
  });
}

/** The app has these scopes now: what was told of them as missing is over, and the messages say so. */
export async function noteGrantedScopes(deps: ScopeDeps, granted: readonly string[]): Promise<void> {
  const over = (await deps.store.read.notices.allOpen('missing_scope')).filter(({ subject }) =>
    granted.includes(subject),
  );
  if (over.length === 0) return;
  const adminIds = await adminsToTell(deps, null);
  await deps.store.write(async (tx) => {
    for (const notice of await tx.notices.allOpen('missing_scope')) {
      if (!granted.includes(notice.subject)) continue;
      await closeNotice({ deps, tx }, notice, notice.detail);
      for (const adminId of adminIds) await sendNoticeTo({ deps, tx }, notice, adminId);
    }
  });
}
