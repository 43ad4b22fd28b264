import { setMaxListeners } from 'node:events';
import type { Env } from '../../config/env-reader.ts';
import { readManifest } from '../../config/manifest.ts';
import { readParts } from '../../config/parts.ts';
import { deployHooks } from '../../deploy-hooks/index.ts';
import { detectorSections as detectors } from '../../domain/detectors/index.ts';
import { publicMessageOf, toError } from '../../domain/errors.ts';
import { scrubSecrets } from '../../domain/secret.ts';
import { SECOND_MS } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ProviderDefinition } from '../../ports/provider.ts';
import { providers as allProviders } from '../../providers/index.ts';
import { secretStores } from '../../secret-stores/index.ts';
import { type SlackSurvey, slackSurvey } from '../../slack/survey.ts';
import { systemClock } from '../../system/clock.ts';
import { readTextFile } from '../../system/files.ts';
import { printable } from '../output.ts';
import { type Check, fault, type Line, type Surroundings } from './check.ts';
import { checks as allChecks } from './checks/index.ts';
import { silentSlackLogger } from './silent.ts';

// All at once, so that this is about the longest that the whole of it takes.
const CHECK_MS = 20 * SECOND_MS;

export interface Report {
  readonly canRun: boolean;
  readonly lines: readonly Line[];
}

export interface ExamineOptions {
  readonly env: Env;
  readonly clock?: Clock;
  readonly providers?: readonly ProviderDefinition[];
  readonly checks?: readonly Check[];
  /** Where .env is. */
  readonly cwd?: string;
}

/** Looks at everything that a start depends on and changes nothing. Never throws. */
export async function examine({
  env,
  clock = systemClock,
  providers = allProviders,
  checks = allChecks,
  cwd = process.cwd(),
}: ExamineOptions): Promise<Report> {
  const parts = readParts({ env, readFile: readTextFile, providers, detectors, deployHooks, secretStores });
  const surroundings = surroundingsOf({ parts, clock, providers, cwd });
  const found = new Map<Check, readonly Line[]>();
  const run = async (check: Check) => void found.set(check, await runOne(check, surroundings));
  await Promise.all(checks.filter(({ isLocal }) => !isLocal).map(run));
  for (const check of checks.filter(({ isLocal }) => isLocal)) await run(check);
  const lines = checks.flatMap((check) => found.get(check) ?? []).map(safeLine);
  return { canRun: lines.every(({ state }) => state !== 'fault'), lines };
}

type Given = Pick<Surroundings, 'parts' | 'clock' | 'providers' | 'cwd'>;

function surroundingsOf(given: Given): Surroundings {
  const { parts } = given;
  const slack =
    parts.botToken &&
    once(slackSurvey({ apiUrl: parts.slackAddress.url, botToken: parts.botToken, slackLogger: silentSlackLogger }));
  return {
    ...given,
    slack,
    sight: slack === undefined ? Promise.resolve(null) : slack.sight().catch(() => null),
    manifestScopes: readManifest(readTextFile)?.scopes ?? null,
  };
}

/** Several checks ask who we are; Slack hears it once. */
function once(survey: SlackSurvey): SlackSurvey {
  let asked: ReturnType<SlackSurvey['sight']> | undefined;
  return {
    ...survey,
    sight: () => {
      asked ??= survey.sight();
      return asked;
    },
  };
}

async function runOne(check: Check, surroundings: Surroundings): Promise<readonly Line[]> {
  const { subject } = check;
  const ended = new AbortController();
  // One listener for each request under way.
  setMaxListeners(0, ended.signal);
  let cancel = () => {};
  const late = new Promise<readonly Line[]>((resolve) => {
    const { clock } = surroundings;
    cancel = clock.timer(clock.now() + CHECK_MS, () => {
      const what = `no answer within ${CHECK_MS / SECOND_MS} seconds`;
      resolve([fault({ subject, what }, 'Check the network, then try again.')]);
    });
  });
  try {
    return await Promise.race([check.run(surroundings, ended.signal), late]);
  } catch (error) {
    return [fault({ subject, what: publicMessageOf(error) }, toError(error).message)];
  } finally {
    cancel();
    ended.abort();
  }
}

/** Names of channels and people come from outside, and so may an error's words. */
function safeLine({ state, subject, what, remedy }: Line): Line {
  const safe = (text: string) => printable(scrubSecrets(text));
  return {
    state,
    subject: safe(subject),
    what: safe(what),
    remedy: remedy === null || remedy === '' ? null : safe(remedy),
  };
}
