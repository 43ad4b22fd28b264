import { defaultWorkspace } from '../slack/index.ts';
import type { ProviderId } from '../world/index.ts';
import { idText } from '../world/random.ts';

/**
 * What becomes of a key in the campaign. `prompt`: its owner acts within two days; `reminded`: only after a reminder;
 * `blocked`: it cannot be redeployed this quarter; `forgotten`: somebody whom nobody knew still uses the old key and is
 * found; `sacrificed`: the same, and the owner lets it break.
 */
export type Manner = 'prompt' | 'reminded' | 'blocked' | 'forgotten' | 'sacrificed';

/** When what uses a key calls with it. */
export type Rhythm = 'steady' | 'office' | 'nightly' | 'weekly';

export interface FleetKey {
  readonly keyId: string;
  readonly name: string;
  readonly provider: ProviderId;
  readonly scopeId: string;
  /** A person's key, or that of a service account. */
  readonly holder: { readonly kind: 'user' | 'service_account'; readonly id: string; readonly email: string | null };
  /** Null: nobody owns it. */
  readonly ownerSlackId: string | null;
  readonly manner: Manner;
  readonly rhythm: Rhythm;
  /** Sets one key's delays apart from another's. */
  readonly seed: number;
}

/** `quarter`: as it is; `brisk`: everybody calls each hour and nobody dawdles, so that it is over within days. */
export type Tempo = 'quarter' | 'brisk';

export interface Fleet {
  readonly tempo: Tempo;
  readonly keys: readonly FleetKey[];
  /** Lines of policy.yml. */
  readonly policy: string;
}

export const SCOPE_OF: Readonly<Record<ProviderId, string>> = {
  openai: 'proj_production',
  anthropic: 'wrkspc_production',
};
/** Whose keys Keysteward makes by itself, of four. */
const KINDS = ['bot', 'app', 'own', 'app'] as const;
const OWNERS = defaultWorkspace.users.filter(({ isRestricted }) => isRestricted !== true);
const RHYTHMS: readonly Rhythm[] = ['nightly', 'office', 'steady', 'nightly', 'office', 'weekly'];
const EVERY_UNOWNED = 17;

/** Production keys at both providers: made by Keysteward, by hand for a program, and of people. */
export function createFleet(size: number, seed: number, tempo: Tempo = 'quarter'): Fleet {
  const planned = Array.from({ length: size }, (_, index) => plan(index, seed));
  const keys = tempo === 'brisk' ? planned.map((key) => ({ ...key, rhythm: 'steady' as const })) : planned;
  const owners = keys.flatMap(({ name, ownerSlackId }) =>
    ownerSlackId === null ? [] : [`  '${name}': ${ownerSlackId}`],
  );
  return {
    tempo,
    keys,
    policy: `calendar: { timezone: Europe/Berlin }
rotation: { campaigns: true, automatic: true, grace_days: ${tempo === 'brisk' ? 0 : 7} }
environments: [{ match: '*', environment: production }]
secrets: [{ match: 'bot-*', store: local }]
owners:${owners.length === 0 ? ' {}' : `\n${owners.join('\n')}`}
`,
  };
}

function plan(index: number, seed: number): FleetKey {
  const kind = KINDS[index % KINDS.length] ?? 'app';
  const provider: ProviderId = kind === 'app' ? 'anthropic' : 'openai';
  const owner = OWNERS[Math.floor(index / KINDS.length) % OWNERS.length];
  const isUnowned = index % EVERY_UNOWNED === EVERY_UNOWNED - 1 && kind !== 'own';
  const name = `${kind}-${String(index + 1).padStart(3, '0')}`;
  const text = idText(seed, `fleet ${name}`, provider === 'openai' ? 16 : 22);
  return {
    keyId: provider === 'openai' ? `key_${text}` : `apikey_01${text}`,
    name,
    provider,
    scopeId: SCOPE_OF[provider],
    holder:
      kind === 'bot'
        ? { kind: 'service_account', id: `svc_acct_${idText(seed, `account ${name}`, 22)}`, email: null }
        : { kind: 'user', id: `user-${owner?.name}`, email: owner?.email ?? null },
    ownerSlackId: isUnowned ? null : (owner?.id ?? null),
    manner: mannerOf(index),
    rhythm: RHYTHMS[Math.floor(index / KINDS.length) % RHYTHMS.length] ?? 'steady',
    seed: seed + index,
  };
}

/** One in 48 each of the rare ones, all within the first seven; a sixth of the rest waits for a reminder. */
function mannerOf(index: number): Manner {
  const place = index % 48;
  if (place === 3) return 'blocked';
  if (place === 5) return 'forgotten';
  if (place === 4) return 'sacrificed';
  return index % 6 === 2 ? 'reminded' : 'prompt';
}
