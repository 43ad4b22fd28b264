import { join } from 'node:path';
import type { Config, Secrets } from '../config/config.ts';
import { formatFaults } from '../config/faults.ts';
import type { OutletPart } from '../config/outlet-env.ts';
import { parsePolicy } from '../config/policy.ts';
import { detectorSections as detectors } from '../domain/detectors/index.ts';
import { Secret } from '../domain/secret.ts';
import { secretStores } from '../secret-stores/index.ts';
import { defaultWorkspace } from './slack/index.ts';
import type { ProviderId } from './world/index.ts';

export const ADMIN_KEYS = { openai: 'sandbox-openai-admin-key', anthropic: 'sandbox-anthropic-admin-key' } as const;

/** What Keysteward brings up by itself, switched off: it would run into stories that are not about it. */
const UNASKED = { staleness: 'ladder: false', ownership: 'ask: false', digest: 'enabled: false' } as const;

/** How the app of a stage is set up. */
export interface SandboxSettings {
  readonly pollMinutes: number;
  /** `read`: the app gets no write key, so its buttons give console steps. */
  readonly access?: 'full' | 'read';
  /** Whom the app is connected to; to both, if not given. */
  readonly connections?: readonly ProviderId[];
  /** More lines for the sandbox's policy.yml; a section named here is as a new installation has it, but for these lines. */
  readonly policy?: string;
  /** The ways out besides Slack. None by default. */
  readonly outlets?: OutletPart;
  /** What the deploy hooks that `policy` names are called with. */
  readonly deployHooks?: NonNullable<Secrets['deployHooks']>;
}

/** Where the app of a stage finds the rest of its world. */
export interface Addresses {
  readonly slack: { readonly apiUrl: string };
  readonly openai: { readonly url: string };
  readonly anthropic: { readonly url: string };
  readonly folder: string;
}

export function sandboxConfig(options: SandboxSettings, { slack, openai, anthropic, folder }: Addresses): Config {
  const connection = (providerId: ProviderId, title: string, url: string) => ({
    connectionId: providerId,
    providerId,
    title,
    address: { url, isDefault: false },
    writable: options.access !== 'read',
  });
  return {
    production: false,
    slack: { address: { url: slack.apiUrl, isDefault: false }, transport: { kind: 'socket', healthPort: undefined } },
    connections: [
      connection('openai', 'OpenAI', openai.url),
      connection('anthropic', 'Anthropic', anthropic.url),
    ].filter(({ connectionId }) => options.connections?.includes(connectionId) ?? true),
    databasePath: join(folder, 'keysteward.db'),
    policyPath: 'the sandbox',
    secretPath: 'the sandbox',
    logLevel: 'info',
    ...sandboxPolicy(options),
    ...(options.outlets === undefined ? {} : { outlets: options.outlets.config }),
  };
}

function sandboxPolicy({ pollMinutes, policy = '' }: SandboxSettings): Pick<Config, 'policy' | 'policySettings'> {
  const text = `
channels: { alerts: '#ai-keys' }
roles: { admins: [U0CHRIS], responders: [U0ANA] }
polling: { usage_minutes: ${pollMinutes}, inventory_minutes: 60 }
${quietPolicy(policy)}`;
  const parsed = parsePolicy(text, { file: 'sandbox policy', detectors, secretStores });
  if (!parsed.ok) throw new Error(formatFaults(parsed.faults));
  return { policy: parsed.policy, policySettings: parsed.settings };
}

/** These lines of policy.yml, with nothing that comes unasked unless they have a section on it. */
export function quietPolicy(policy: string): string {
  const isNamed = (section: string) => new RegExp(`^${section}:`, 'm').test(policy);
  const quiet = Object.entries(UNASKED).filter(([section]) => !isNamed(section));
  return [...quiet.map(([section, line]) => `${section}: { ${line} }`), policy].join('\n');
}

export function sandboxSecrets({ access = 'full', outlets, deployHooks }: SandboxSettings): Secrets {
  const keysOf = (id: ProviderId) => {
    const key = new Secret(ADMIN_KEYS[id]);
    return [id, { readKey: key, writeKey: access === 'full' ? key : undefined }] as const;
  };
  return {
    slack: {
      botToken: new Secret(defaultWorkspace.app.botToken),
      credential: { kind: 'socket', appToken: new Secret(defaultWorkspace.app.appToken) },
    },
    connections: new Map([keysOf('openai'), keysOf('anthropic')]),
    ...(outlets === undefined ? {} : { outlets: outlets.secrets }),
    ...(deployHooks === undefined ? {} : { deployHooks }),
  };
}
