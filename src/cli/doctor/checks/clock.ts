import { formatLength, MINUTE_MS, SECOND_MS } from '../../../domain/time.ts';
import { clockAhead } from '../../../system/server-time.ts';
import { type Check, fault, type Line, ok, type Surroundings, skipped, warning } from '../check.ts';

const SUBJECT = 'clock';
const TIMEOUT_MS = 8 * SECOND_MS;
const WARN_MS = MINUTE_MS;
// Slack's signatures are refused beyond this, and usage is read for the wrong minutes.
const WRONG_MS = 5 * MINUTE_MS;
const REMEDY = 'Switch on time synchronisation (timedatectl set-ntp true).';

/** Our clock against those of Slack and the providers: windows and signatures hang on it. */
export const clock: Check = {
  subject: SUBJECT,
  async run(surroundings) {
    const { parts } = surroundings;
    const urls = [parts.slackAddress.url, ...parts.connections.map(({ config }) => config.address.url)];
    const hosts = [...new Map(urls.map((url) => [new URL(url).host, url]))];
    const told = await Promise.all(hosts.map(([host, url]) => ask(surroundings, host, url)));
    const known = told.flatMap((one) => (one === null ? [] : [one]));
    // A server may be wrong itself; ours is wrong only where it differs from each.
    const [nearest] = known.sort((a, b) => Math.abs(a.aheadMs) - Math.abs(b.aheadMs));
    return [nearest === undefined ? skipped(SUBJECT, 'no host said what time it is') : lineOf(nearest)];
  },
};

interface Told {
  readonly host: string;
  readonly aheadMs: number;
}

async function ask({ clock: { now } }: Surroundings, host: string, url: string): Promise<Told | null> {
  const aheadMs = await clockAhead(url, { now, timeoutMs: TIMEOUT_MS }).catch(() => null);
  return aheadMs === null ? null : { host, aheadMs };
}

function lineOf({ host, aheadMs }: Told): Line {
  const length = Math.abs(aheadMs);
  if (length <= WARN_MS) return ok(SUBJECT, `agrees with ${host}`);
  const what = `is ${formatLength(length)} ${aheadMs > 0 ? 'ahead of' : 'behind'} ${host}`;
  return length > WRONG_MS ? fault({ subject: SUBJECT, what }, REMEDY) : warning({ subject: SUBJECT, what }, REMEDY);
}
