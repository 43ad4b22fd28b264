/** One environment variable. Its text for people stands in docs/configuration.md; a test compares the two. */
interface Variable {
  readonly name: string;
  /** A secret may also be given as `<name>_FILE`, the path of a file that holds it. */
  readonly secret: boolean;
}

export const VARIABLES = [
  { name: 'SLACK_BOT_TOKEN', secret: true },
  { name: 'SLACK_APP_TOKEN', secret: true },
  { name: 'SLACK_SIGNING_SECRET', secret: true },
  { name: 'SLACK_API_URL', secret: false },
  { name: 'PORT', secret: false },
  { name: 'KEYSTEWARD_DATABASE', secret: false },
  { name: 'KEYSTEWARD_POLICY', secret: false },
  { name: 'KEYSTEWARD_SECRET_FILE', secret: false },
  { name: 'KEYSTEWARD_HOST', secret: false },
  { name: 'KEYSTEWARD_METRICS_TOKEN', secret: true },
  { name: 'KEYSTEWARD_LOG_LEVEL', secret: false },
  { name: 'KEYSTEWARD_PAGERDUTY_ROUTING_KEY', secret: true },
  { name: 'KEYSTEWARD_PAGERDUTY_URL', secret: false },
  { name: 'KEYSTEWARD_WEBHOOK_URL', secret: true },
  { name: 'KEYSTEWARD_WEBHOOK_SECRET', secret: true },
  { name: 'KEYSTEWARD_HEARTBEAT_URL', secret: true },
  { name: 'NODE_ENV', secret: false },
] as const satisfies readonly Variable[];

type Entry = (typeof VARIABLES)[number];
export type SecretVariable = Extract<Entry, { secret: true }>['name'];
export type PlainVariable = Extract<Entry, { secret: false }>['name'];

/** Suffixes that each provider's prefix makes variables of: `OPENAI` makes OPENAI_ADMIN_KEY. */
export const PROVIDER_VARIABLES = [
  { name: 'ADMIN_KEY', secret: true },
  { name: 'ADMIN_KEY_READ', secret: true },
  { name: 'ADMIN_KEY_WRITE', secret: true },
  { name: 'BASE_URL', secret: false },
] as const satisfies readonly Variable[];

/** What stands before the names of the variables of secret stores and deploy hooks, all of them secrets. */
export const PLUGIN_PREFIXES = ['KEYSTEWARD_STORE', 'KEYSTEWARD_HOOK'] as const;
export type PluginPrefix = (typeof PLUGIN_PREFIXES)[number];

export function isPluginVariable(name: string): boolean {
  return PLUGIN_PREFIXES.some((prefix) => name.startsWith(`${prefix}_`));
}

/** Whether a variable's value is never shown; the path of a `…_FILE` may be. */
export function isSecretVariable(name: string, providerPrefixes: readonly string[]): boolean {
  const secrets: readonly string[] = VARIABLES.filter(({ secret }) => secret).map((one) => one.name);
  const isAdminKey = providerPrefixes.some((prefix) => name.startsWith(`${prefix}_ADMIN_KEY`));
  const isFromPrefix = isAdminKey || isPluginVariable(name);
  return secrets.includes(name) || (isFromPrefix && !name.endsWith('_FILE'));
}

export const OWN_PREFIX = 'KEYSTEWARD_';

/** Names that people try for ours and that no spelling distance would find. */
export const OTHER_NAMES: ReadonlyMap<string, PlainVariable> = new Map([
  ['KEYSTEWARD_HTTP_PORT', 'PORT'],
  ['KEYSTEWARD_PORT', 'PORT'],
  ['KEYSTEWARD_BIND', 'KEYSTEWARD_HOST'],
  ['KEYSTEWARD_LISTEN', 'KEYSTEWARD_HOST'],
  ['KEYSTEWARD_DB', 'KEYSTEWARD_DATABASE'],
  ['KEYSTEWARD_POLICY_FILE', 'KEYSTEWARD_POLICY'],
  ['KEYSTEWARD_SECRET', 'KEYSTEWARD_SECRET_FILE'],
  ['KEYSTEWARD_API_URL', 'SLACK_API_URL'],
]);

export const DEFAULTS = {
  SLACK_API_URL: 'https://slack.com/api/',
  KEYSTEWARD_HOST: '127.0.0.1',
  KEYSTEWARD_DATABASE: './data/keysteward.db',
  KEYSTEWARD_POLICY: './policy.yml',
  KEYSTEWARD_LOG_LEVEL: 'info',
  KEYSTEWARD_PAGERDUTY_URL: 'https://events.pagerduty.com/v2/enqueue',
} as const;

/** Lives next to the database unless KEYSTEWARD_SECRET_FILE says otherwise. */
export const SECRET_FILE_NAME = 'installation.secret';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
