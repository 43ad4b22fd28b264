import type { ConfigParts } from '../../config/parts.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ProviderDefinition } from '../../ports/provider.ts';
import type { SlackSight, SlackSurvey } from '../../slack/survey.ts';

export type State = 'ok' | 'warning' | 'fault' | 'skipped';

/** One line of the doctor's report. */
export interface Line {
  readonly state: State;
  /** A few words: `alerts channel`. */
  readonly subject: string;
  readonly what: string;
  /** What to do about it, as sentences. */
  readonly remedy: string | null;
}

/** What the checks look at. */
export interface Surroundings {
  readonly parts: ConfigParts;
  readonly providers: readonly ProviderDefinition[];
  readonly clock: Clock;
  /** Undefined without a usable bot token. */
  readonly slack: SlackSurvey | undefined;
  /** Asked once for all checks; null where Slack did not accept the token or was not reached. */
  readonly sight: Promise<SlackSight | null>;
  /** Scopes that manifest.yml asks for; null: the file is not shipped. */
  readonly manifestScopes: readonly string[] | null;
  readonly cwd: string;
}

/** One subject. Only ever reads. */
export interface Check {
  readonly subject: string;
  /** Works without a pause, and so runs when the others have been answered. */
  readonly isLocal?: true;
  run(surroundings: Surroundings, signal: AbortSignal): Promise<readonly Line[]>;
}

type Words = Pick<Line, 'subject' | 'what'>;

export function ok(subject: string, what: string, remark: string | null = null): Line {
  return { state: 'ok', subject, what, remedy: remark };
}

export function warning(words: Words, remedy: string): Line {
  return { state: 'warning', ...words, remedy };
}

export function fault(words: Words, remedy: string): Line {
  return { state: 'fault', ...words, remedy };
}

/** Not looked at, because of something that another line says. */
export function skipped(subject: string, why: string): Line {
  return { state: 'skipped', subject, what: `not looked at: ${why}`, remedy: null };
}
