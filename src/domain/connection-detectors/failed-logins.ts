import { AUTH_FAILURES, type AuthFailureSettings, authFailureSettings, findBurst } from '../auth-burst.ts';
import type { ConnectionDetector, ConnectionFinding, ConnectionInput } from '../connection-detector.ts';
import type { ProviderEvent } from '../detector.ts';
import { DAY_MS, MINUTE_MS, plural } from '../time.ts';

const FAILED = /login[._]failed$/;
const SUCCEEDED = /login[._]succeeded$/;

/** Fires on a burst of failed log-ins at the provider; worse when one from an address that was not seen before it succeeds. */
export const failedLogins: ConnectionDetector<AuthFailureSettings> = {
  id: AUTH_FAILURES,
  title: 'Failed log-ins at the provider',
  settings: authFailureSettings,
  detect(input, { count, minutes }) {
    const failures = input.events.filter(({ kind }) => FAILED.test(kind));
    const burst = findBurst(failures, count, minutes * MINUTE_MS);
    return burst === null ? [] : [findingOf(input, failures, burst)];
  },
};

function findingOf(
  { connectionId, events }: ConnectionInput,
  failures: readonly ProviderEvent[],
  burst: { readonly from: number; readonly reachedAt: number },
): ConnectionFinding {
  const logins = events.filter(({ kind }) => SUCCEEDED.test(kind));
  const known = new Set(logins.filter(({ at }) => at < burst.from).flatMap((event) => addressOf(event) ?? []));
  const stranger = logins.find((event) => {
    const address = addressOf(event);
    return event.at >= burst.reachedAt && address !== null && known.size > 0 && !known.has(address);
  });
  const counted = failures.filter(({ at }) => at >= burst.from);
  const lengthMs = Math.max((counted.at(-1)?.at ?? burst.reachedAt) - burst.from, MINUTE_MS);
  return {
    detectorId: failedLogins.id,
    connectionId,
    severity: stranger === undefined ? 'medium' : 'high',
    subject: `${connectionId}:${Math.floor(burst.from / DAY_MS)}`,
    startedAt: burst.from,
    headline: [
      `${plural(counted.length, 'log-in')} failed in `,
      { lengthMs },
      ...(stranger === undefined ? [] : [', and then one from a new address succeeded']),
    ],
    reason: [
      'They began ',
      { instant: burst.from },
      ...(stranger === undefined
        ? ['. Ask the people who administer the organization whether it was them.']
        : [
            '; at ',
            { instant: stranger.at },
            ' ',
            stranger.actor === null ? 'somebody' : { foreign: stranger.actor },
            ' got in from ',
            { foreign: addressOf(stranger) ?? '' },
            '. If nobody knows this, end the session and look through the members and admin keys now.',
          ]),
    ],
    evidence: { failures: counted.length, succeededAt: stranger?.at ?? null },
  };
}

/** Providers name it in their own words. */
function addressOf({ detail }: ProviderEvent): string | null {
  const found = Object.entries(detail).find(([name]) => /^ip(_?address)?$/i.test(name))?.[1];
  return typeof found === 'string' && found !== '' ? found : null;
}
