import { isProduction } from './env.ts';
import { type Env, given } from './env-reader.ts';
import type { Fault } from './faults.ts';
import { adminKeyNames, type ProviderNames } from './provider-env.ts';
import { DEFAULTS } from './variables.ts';

/** `npm-start`: the bare command of a fresh clone. `start`: `keysteward start` and the Docker image. */
export type StartCommand = 'npm-start' | 'start';

export interface StartFacts {
  readonly command: StartCommand;
  readonly production: boolean;
  readonly hasSlackToken: boolean;
  readonly hasAdminKey: boolean;
  readonly hasPolicyFile: boolean;
  readonly hasDatabase: boolean;
}

export interface StartFactsOptions {
  readonly command: StartCommand;
  readonly env: Env;
  readonly providers: readonly Pick<ProviderNames, 'envPrefix'>[];
  readonly fileExists: (path: string) => boolean;
}

const SLACK_SECRETS = ['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN', 'SLACK_SIGNING_SECRET'];
const REAL_ADMIN_KEY = /sk-(?:ant-)?admin/;

/** The sandbox only where nothing at all is set up; anything partial is a production start that lists what is missing. */
export function decideStart(facts: StartFacts): 'sandbox' | 'production' {
  const untouched = !facts.hasSlackToken && !facts.hasAdminKey && !facts.hasPolicyFile && !facts.hasDatabase;
  return untouched && facts.command === 'npm-start' && !facts.production ? 'sandbox' : 'production';
}

/** Gathers the facts. A variable that points somewhere counts as set up, even if nothing is there yet. */
export function startFacts({ command, env, providers, fileExists }: StartFactsOptions): StartFacts {
  const secretSet = (name: string) => given(env, name) !== undefined || given(env, `${name}_FILE`) !== undefined;
  const pathSet = (name: 'KEYSTEWARD_POLICY' | 'KEYSTEWARD_DATABASE') =>
    given(env, name) !== undefined || fileExists(DEFAULTS[name]);
  return {
    command,
    production: isProduction(env.NODE_ENV),
    hasSlackToken: SLACK_SECRETS.some(secretSet),
    hasAdminKey: providers.some((provider) => adminKeyNames(env, provider).length > 0),
    hasPolicyFile: pathSet('KEYSTEWARD_POLICY'),
    hasDatabase: pathSet('KEYSTEWARD_DATABASE'),
  };
}

/** Why the sandbox must not run here: a variable, whatever its name, that holds what looks like a real admin key. */
export function sandboxFaults(env: Env): readonly Fault[] {
  return Object.keys(env)
    .filter((name) => REAL_ADMIN_KEY.test(env[name] ?? ''))
    .sort()
    .map((name) => ({
      where: name,
      problem: 'holds what looks like a real admin key, and the sandbox never runs beside one',
      fix: `Unset ${name} for the sandbox, or set up the real thing and use \`keysteward start\`.`,
    }));
}
