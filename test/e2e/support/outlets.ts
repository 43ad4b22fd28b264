import { createHmac } from 'node:crypto';
import { EnvReader } from '../../../src/config/env-reader.ts';
import { readOutlets } from '../../../src/config/outlet-env.ts';
import { type HttpPlace, openHttpPlace, type Taken } from '../../support/http-place.ts';

const SECRET = 'the-secret-that-signs';
export const ROUTING_KEY = 'R0UT1NGk3y00000000000000000000000';

/** Three places outside, and the settings that name them, read as the environment gives them. */
export async function openOutside() {
  const [pager, own, monitor] = await Promise.all([openHttpPlace(), openHttpPlace(), openHttpPlace()]);
  const env = {
    KEYSTEWARD_PAGERDUTY_ROUTING_KEY: ROUTING_KEY,
    KEYSTEWARD_PAGERDUTY_URL: `${pager.url}/v2/enqueue`,
    KEYSTEWARD_WEBHOOK_URL: `${own.url}/hook`,
    KEYSTEWARD_HEARTBEAT_URL: `${monitor.url}/ping`,
    KEYSTEWARD_WEBHOOK_SECRET: SECRET,
  };
  return { pager, own, monitor, outlets: readOutlets(new EnvReader(env, () => undefined)) };
}

/** The bodies that a place was sent, in order. */
export function bodies({ taken }: Pick<HttpPlace, 'taken'>) {
  return taken.map(({ body }) => JSON.parse(body));
}

/** When a request was signed, in business time, by whole seconds; null where the signature is not right. */
export function signedAt({ headers, body }: Taken): number | null {
  const timestamp = String(headers['keysteward-timestamp']);
  const digest = createHmac('sha256', SECRET).update(`${timestamp}.${body}`).digest('hex');
  return headers['keysteward-signature'] === `v1=${digest}` ? Number(timestamp) * 1_000 : null;
}
