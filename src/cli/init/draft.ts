import { loadDotEnv } from '../../config/dotenv.ts';
import { readPaths } from '../../config/env.ts';
import { type Env, EnvReader, given } from '../../config/env-reader.ts';
import { shipped } from '../../config/manifest.ts';
import { type ParsePolicyOptions, parsePolicy } from '../../config/policy.ts';
import { changePolicy, type PolicyAnswers } from '../../config/policy-file.ts';
import { DEFAULTS } from '../../config/variables.ts';
import { detectorSections as detectors } from '../../domain/detectors/index.ts';
import { changeDotEnv } from '../../domain/dotenv-file.ts';
import type { Policy } from '../../domain/policy.ts';
import type { Secret } from '../../domain/secret.ts';
import { providers } from '../../providers/index.ts';
import { readTextFile } from '../../system/files.ts';

export const ENV_FILE = '.env';

// Where the example is not shipped. Everything else has a default.
const BARE_POLICY = "channels:\n  alerts: ''\n\nroles:\n  admins: []\n  responders: []\n";
const PLACEHOLDERS = { alertsChannel: '#placeholder', admins: ['U0PLACEHOLDER'] };

/** A secret that is set already, and whether only the real environment can change it. */
export interface Present {
  readonly secret: Secret;
  readonly isFixed: boolean;
}

/** What was answered so far. Nothing is on disk before all has been asked. */
export class Draft {
  readonly #own: Env;
  readonly #changes: Record<string, string | null> = {};
  policy: PolicyAnswers = {};

  constructor(own: Env) {
    this.#own = own;
  }

  /** As the bot would see it: the answers in .env, and the real environment above them. */
  get env(): Env {
    const file = { ...loadDotEnv(readTextFile, ENV_FILE, {}), ...this.#changes };
    const values = Object.entries({ ...file, ...definedOf(this.#own) }).flatMap(([name, value]) =>
      value === null || value === undefined ? [] : [[name, value] as const],
    );
    return Object.fromEntries(values);
  }

  get reader(): EnvReader {
    return new EnvReader(this.env, readTextFile);
  }

  get apiUrl(): string {
    return this.reader.address('SLACK_API_URL', DEFAULTS.SLACK_API_URL).url;
  }

  get paths(): ReturnType<typeof readPaths> {
    return readPaths(this.reader);
  }

  set(name: string, value: string | null): void {
    this.#changes[name] = value;
  }

  /** A secret goes into the variable itself; the file that it came from stays, and is not named any more. */
  setSecret(name: string, value: string | null): void {
    this.set(name, value);
    this.set(`${name}_FILE`, null);
  }

  present(name: string): Present | undefined {
    const secret = this.reader.secret(name)?.secret;
    return secret === undefined ? undefined : { secret, isFixed: this.isFixed(name) };
  }

  /** Set in the real environment, which wins over .env. */
  isFixed(name: string): boolean {
    return given(this.#own, name) !== undefined || given(this.#own, `${name}_FILE`) !== undefined;
  }

  /** Copies a secret of the real environment, so that .env alone is enough. */
  keep(name: string): void {
    const value = given(this.#own, name);
    if (value !== undefined) this.set(name, value);
  }

  get envTexts(): Texts {
    const before = readTextFile(ENV_FILE) ?? '';
    return { before, after: changeDotEnv(before, this.#changes) };
  }

  get policyTexts(): Texts {
    const before = readTextFile(this.paths.policyPath) ?? '';
    return { before, after: changePolicy(this.#policyStart, this.policy, this.#policyOptions) };
  }

  /** The policy as it stands on disk; undefined where there is none, or one with faults. */
  get presentPolicy(): Policy | undefined {
    const parsed = parsePolicy(this.#policyStart, this.#policyOptions);
    return parsed.ok ? parsed.policy : undefined;
  }

  /** Throws where the files that are there have faults that no answer takes away. */
  refuseFaults(): void {
    changePolicy(this.#policyStart, PLACEHOLDERS, this.#policyOptions);
    changeDotEnv(readTextFile(ENV_FILE) ?? '', {});
  }

  get #policyStart(): string {
    return readTextFile(this.paths.policyPath) ?? readTextFile(shipped('policy.example.yml')) ?? BARE_POLICY;
  }

  get #policyOptions(): ParsePolicyOptions {
    return { file: this.paths.policyPath, detectors, providerIds: providers.map(({ id }) => id) };
  }
}

export interface Texts {
  readonly before: string;
  readonly after: string;
}

function definedOf(env: Env): Env {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined));
}
