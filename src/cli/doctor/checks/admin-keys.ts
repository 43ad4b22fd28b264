import type { ConnectionPart } from '../../../config/provider-env.ts';
import { publicMessageOf } from '../../../domain/errors.ts';
import { DAY_MS, formatLength, plural } from '../../../domain/time.ts';
import type { Provider } from '../../../ports/provider.ts';
import {
  type ConnectionSurvey,
  NEEDED_READS,
  scopesSeen,
  surveyConnection,
} from '../../../services/setup/survey-connection.ts';
import { type Check, fault, type Line, ok, type Surroundings, warning } from '../check.ts';
import { silentLogger } from '../silent.ts';

const SOON_MS = 14 * DAY_MS;

/** What each admin key opens, until when, and whether the keys for reading and writing belong together. */
export const adminKeys: Check = {
  subject: 'admin keys',
  async run(surroundings, signal) {
    const { connections } = surroundings.parts;
    return (await Promise.all(connections.map((part) => connectionLines(surroundings, part, signal)))).flat();
  },
};

async function connectionLines(
  surroundings: Surroundings,
  part: ConnectionPart,
  signal: AbortSignal,
): Promise<readonly Line[]> {
  const { connectionId } = part.config;
  const subject = `admin key ${connectionId}`;
  const { readKey, writeKey } = part.secrets;
  try {
    const reader = connectWith(surroundings, part, 'readKey');
    if (reader === undefined) return [];
    const now = surroundings.clock.now();
    const survey = await surveyConnection({ provider: reader, readKey, now, signal });
    const lines = surveyLines({ subject, host: new URL(part.config.address.url).host, now }, survey);
    if (writeKey === undefined || writeKey.reveal() === readKey.reveal()) return lines;
    const writer = connectWith(surroundings, part, 'writeKey');
    return writer === undefined ? lines : [...lines, await writerLine(subject, survey, scopesSeen(writer, signal))];
  } catch (error) {
    return [fault({ subject, what: publicMessageOf(error) }, 'Correct it in the configuration.')];
  }
}

/** A connection that reads with one of the keys; it gets no key to write with. */
function connectWith(
  { providers }: Surroundings,
  part: ConnectionPart,
  key: 'readKey' | 'writeKey',
): Provider | undefined {
  const { connectionId, providerId, address } = part.config;
  const readKey = part.secrets[key];
  const definition = providers.find(({ id }) => id === providerId);
  if (definition === undefined || readKey === undefined) return undefined;
  return definition.connect({ connectionId, readKey, writeKey: undefined, baseUrl: address.url, logger: silentLogger });
}

interface Told {
  readonly subject: string;
  readonly host: string;
  readonly now: number;
}

/** One line that says what works; one more for each thing that does not. Also what `init` shows of a key just typed. */
export function surveyLines({ subject, host, now }: Told, survey: ConnectionSurvey): readonly Line[] {
  const { outcomes } = survey;
  const refused = outcomes.find(({ state }) => state === 'refused');
  if (refused !== undefined) {
    return [
      fault(
        { subject, what: `${host} does not accept it` },
        'It may be expired or deleted: put a valid one in its place.',
      ),
    ];
  }
  if (outcomes.every(({ state }) => state === 'failed')) {
    const what = `${host} cannot be reached or does not answer as it should`;
    return [fault({ subject, what }, 'Check the network and the address; see the provider’s status page.')];
  }
  const open = outcomes.filter(({ state }) => state === 'open').map(({ read }) => read);
  const closed = outcomes.filter(({ state }) => state !== 'open').map((outcome) => closedLine(subject, outcome));
  const works =
    open.length === 0 ? [] : [ok(subject, `accepted; open: ${open.join(', ')}; ${expiryText(survey, now)}`)];
  return [...works, ...closed, ...expiryLines(subject, survey, now)];
}

function closedLine(subject: string, { read, state, problem }: ConnectionSurvey['outcomes'][number]): Line {
  const isNeeded = NEEDED_READS.has(read);
  if (state === 'failed') {
    const words = { subject, what: `${read} could not be read now` };
    return isNeeded ? fault(words, problem ?? '') : warning(words, problem ?? '');
  }
  if (read === 'event log') return ok(subject, 'event log: not open, and everything else works without it', problem);
  const what = isNeeded
    ? `${read}: not allowed with this key, and nothing can be watched without it`
    : `${read}: not open`;
  return isNeeded ? fault({ subject, what }, problem ?? '') : warning({ subject, what }, problem ?? '');
}

function expiryText({ expiresAt }: ConnectionSurvey, now: number): string {
  if (expiresAt === undefined) return 'when it expires is not said';
  return expiresAt === null ? 'never expires' : `expires in ${formatLength(Math.max(0, expiresAt - now))}`;
}

function expiryLines(subject: string, { expiresAt }: ConnectionSurvey, now: number): readonly Line[] {
  if (expiresAt === undefined || expiresAt === null || expiresAt - now > SOON_MS) return [];
  const what = `expires on ${new Date(expiresAt).toISOString().slice(0, 10)}`;
  return [warning({ subject, what }, 'Make a new one before that day, and put it in its place.')];
}

async function writerLine(
  subject: string,
  { scopeIds }: ConnectionSurvey,
  asked: ReturnType<typeof scopesSeen>,
): Promise<Line> {
  const write = `${subject}, for writing`;
  let seen: readonly string[] | null;
  try {
    seen = await asked;
  } catch (error) {
    return fault({ subject: write, what: 'cannot be used' }, publicMessageOf(error));
  }
  if (seen === null || seen.length === 0 || scopeIds.length === 0) {
    const what = 'accepted; whether it is of the same organization as the read key cannot be told';
    return ok(write, what);
  }
  const same = seen.filter((id) => scopeIds.includes(id)).length;
  if (same > 0) return ok(write, `accepted; same organization as the read key (${plural(same, 'scope')} in common)`);
  const what = 'belongs to another organization than the read key';
  return fault({ subject: write, what }, 'Put in a pair of keys of one organization, or name them apart (…__NAME).');
}
