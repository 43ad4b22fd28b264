import type { Secret } from '../domain/secret.ts';
import type { Heartbeat } from '../ports/webhook.ts';
import { deliver } from './post.ts';

/** A request to an outside monitor, which raises the alarm when the requests stop. */
export function httpHeartbeat(url: Secret): Heartbeat {
  const place = { title: 'The heartbeat’s monitor', url, setting: 'KEYSTEWARD_HEARTBEAT_URL' };
  return { host: new URL(url.reveal()).host, beat: () => deliver(place, { method: 'GET' }) };
}
