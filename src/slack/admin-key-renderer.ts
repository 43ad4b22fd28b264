import { ADMIN_KEY_EXPIRY, expiringAdminKeys } from '../services/inventory/admin-key-expiry.ts';
import type { OutboxRenderer } from './outbox-renderer.ts';
import { adminKeyExpiryView } from './views/admin-key-expiry.ts';

/** To one admin, by `userId/days/id`; not any more once the key is replaced. */
export const adminKeyRenderer: OutboxRenderer = {
  kind: ADMIN_KEY_EXPIRY,
  async render({ deps, locale }, subject) {
    const [userId = '', , ...rest] = subject.split('/');
    const expiring = (await expiringAdminKeys(deps)).find(({ id }) => id === rest.join('/'));
    if (expiring === undefined) return null;
    return { ...adminKeyExpiryView(expiring, deps.clock.now(), locale), channel: userId, inThreadOf: null };
  },
};
