import { DAY_MS } from './calendar.ts';
import { idText } from './random.ts';
import type { KeyOwner, Person, ProviderId, WorldKey, WorldScope, WorldServiceAccount } from './types.ts';
import { ANTHROPIC_WORKLOADS, OPENAI_WORKLOADS, type Workload } from './workloads.ts';

export interface CompanyKey {
  readonly key: WorldKey;
  readonly workload: Workload | undefined;
  /** Set for keys that are not active when the story starts. */
  readonly stopped: { readonly state: 'inactive' | 'archived'; readonly at: number } | undefined;
}

export interface Company {
  readonly name: string;
  readonly people: readonly Person[];
  readonly scopes: readonly WorldScope[];
  readonly serviceAccounts: readonly WorldServiceAccount[];
  readonly keys: readonly CompanyKey[];
}

interface KeyPlan {
  readonly name: string;
  readonly scope: string;
  /** A person's slug, `bot` for a service account of the key's own name, or nobody. */
  readonly owner: string | undefined;
  readonly ageDays: number;
  readonly workload?: Workload;
  readonly stopped?: { readonly state: 'inactive' | 'archived'; readonly daysBefore: number };
  readonly expiresDaysBefore?: number;
  readonly keyless?: boolean;
}

const PEOPLE = [
  { slug: 'ana', name: 'Ana Reyes', role: 'owner', joinedDays: 900 },
  { slug: 'ben', name: 'Ben Okafor', role: 'member', joinedDays: 640 },
  { slug: 'chris', name: 'Chris Lindqvist', role: 'member', joinedDays: 610 },
  { slug: 'dee', name: 'Dee Marchetti', role: 'member', joinedDays: 420 },
  { slug: 'frank', name: 'Frank Osei', role: 'member', joinedDays: 700, leftDays: 46 },
] as const;

const SCOPES = [
  { provider: 'openai', name: 'Production', ageDays: 600 },
  { provider: 'openai', name: 'Staging', ageDays: 600 },
  { provider: 'openai', name: 'Data', ageDays: 500 },
  { provider: 'openai', name: 'Research', ageDays: 480 },
  { provider: 'openai', name: 'Hackathon 2025', ageDays: 400, archivedDays: 330 },
  { provider: 'anthropic', name: 'Default', ageDays: 620, isDefault: true },
  { provider: 'anthropic', name: 'Production', ageDays: 580 },
  { provider: 'anthropic', name: 'Staging', ageDays: 580 },
  { provider: 'anthropic', name: 'Data', ageDays: 450 },
  { provider: 'anthropic', name: 'Research', ageDays: 450 },
  { provider: 'anthropic', name: 'Pilot', ageDays: 430, archivedDays: 300 },
] as const;

const OPENAI_KEYS: readonly KeyPlan[] = [
  { name: 'prod-api', scope: 'Production', owner: 'bot', ageDays: 410, workload: OPENAI_WORKLOADS.prodApi },
  { name: 'support-chat', scope: 'Production', owner: 'ben', ageDays: 300, workload: OPENAI_WORKLOADS.supportChat },
  { name: 'spare-prod', scope: 'Production', owner: 'ana', ageDays: 140 },
  { name: 'staging-ci', scope: 'Staging', owner: 'bot', ageDays: 260, workload: OPENAI_WORKLOADS.stagingCi },
  { name: 'franks-demo', scope: 'Staging', owner: 'frank', ageDays: 380, workload: OPENAI_WORKLOADS.franksDemo },
  { name: 'nightly-batch', scope: 'Data', owner: 'bot', ageDays: 330, workload: OPENAI_WORKLOADS.nightlyBatch },
  { name: 'weekly-report', scope: 'Data', owner: 'dee', ageDays: 220, workload: OPENAI_WORKLOADS.weeklyReport },
  { name: 'notebooks', scope: 'Research', owner: 'chris', ageDays: 290, workload: OPENAI_WORKLOADS.research },
  { name: 'old-prototype', scope: 'Research', owner: 'ben', ageDays: 470, workload: OPENAI_WORKLOADS.prototype },
];

const ANTHROPIC_KEYS: readonly KeyPlan[] = [
  {
    name: 'prod-assistant',
    scope: 'Production',
    owner: 'ana',
    ageDays: 370,
    workload: ANTHROPIC_WORKLOADS.prodAssistant,
  },
  {
    name: 'legacy-webhook',
    scope: 'Production',
    owner: undefined,
    ageDays: 570,
    workload: ANTHROPIC_WORKLOADS.legacyWebhook,
  },
  { name: 'staging-ci', scope: 'Staging', owner: 'dee', ageDays: 240, workload: ANTHROPIC_WORKLOADS.stagingCi },
  { name: 'load-test', scope: 'Staging', owner: 'ben', ageDays: 90 },
  {
    name: 'nightly-summaries',
    scope: 'Data',
    owner: 'chris',
    ageDays: 310,
    workload: ANTHROPIC_WORKLOADS.nightlySummaries,
  },
  { name: 'weekly-evals', scope: 'Data', owner: 'dee', ageDays: 180, workload: ANTHROPIC_WORKLOADS.evals },
  { name: 'long-docs', scope: 'Research', owner: 'chris', ageDays: 280, workload: ANTHROPIC_WORKLOADS.longDocs },
  { name: 'pilot-2025', scope: 'Research', owner: 'ben', ageDays: 420, workload: ANTHROPIC_WORKLOADS.pilot },
  { name: 'coding-agents', scope: 'Default', owner: 'ana', ageDays: 350, workload: ANTHROPIC_WORKLOADS.codingAgents },
  {
    name: 'franks-scripts',
    scope: 'Default',
    owner: 'frank',
    ageDays: 390,
    workload: ANTHROPIC_WORKLOADS.franksScripts,
  },
  {
    name: 'paused-crawler',
    scope: 'Default',
    owner: 'dee',
    ageDays: 200,
    stopped: { state: 'inactive', daysBefore: 70 },
  },
  {
    name: 'first-steps',
    scope: 'Default',
    owner: 'ana',
    ageDays: 560,
    stopped: { state: 'archived', daysBefore: 340 },
  },
  { name: 'conference-demo', scope: 'Research', owner: 'ben', ageDays: 160, expiresDaysBefore: 130 },
  {
    name: 'console',
    scope: 'Default',
    owner: undefined,
    ageDays: 600,
    workload: ANTHROPIC_WORKLOADS.console,
    keyless: true,
  },
];

/** Acme on the day the story starts; ids and hints follow from the seed. */
export function createCompany(seed: number, startAt: number): Company {
  const people = PEOPLE.map(
    (plan): Person => ({
      slug: plan.slug,
      name: plan.name,
      email: `${plan.slug}@acme.example`,
      role: plan.role,
      joinedAt: startAt - plan.joinedDays * DAY_MS,
      leftAt: 'leftDays' in plan ? startAt - plan.leftDays * DAY_MS : undefined,
    }),
  );
  const scopes = SCOPES.map(
    (plan): WorldScope => ({
      id: `${plan.provider === 'openai' ? 'proj_' : 'wrkspc_01'}${idText(seed, `${plan.provider} ${plan.name}`, 22)}`,
      provider: plan.provider,
      name: plan.name,
      createdAt: startAt - plan.ageDays * DAY_MS,
      archivedAt: 'archivedDays' in plan ? startAt - plan.archivedDays * DAY_MS : undefined,
      isDefault: 'isDefault' in plan,
    }),
  );
  const stage = { seed, startAt, people, scopes, serviceAccounts: [] as WorldServiceAccount[] };
  const keys = [
    ...OPENAI_KEYS.map((plan) => hire(stage, 'openai', plan)),
    ...ANTHROPIC_KEYS.map((plan) => hire(stage, 'anthropic', plan)),
  ];
  return { name: 'Acme', people, scopes, serviceAccounts: stage.serviceAccounts, keys };
}

/** The id a provider knows a person under. */
export function userIdOf(seed: number, provider: ProviderId, slug: string): string {
  return `${provider === 'openai' ? 'user-' : 'user_01'}${idText(seed, `${provider} user ${slug}`, 22)}`;
}

/** The shortened form in which a provider shows a key. */
export function hintOf(seed: number, provider: ProviderId, id: string): string {
  const head = idText(seed, `${id} head`, 3);
  const tail = idText(seed, `${id} tail`, 4);
  return provider === 'openai' ? `sk-proj-${head}...${tail}` : `sk-ant-api03-${head}...${tail}`;
}

interface Stage {
  readonly seed: number;
  readonly startAt: number;
  readonly people: readonly Person[];
  readonly scopes: readonly WorldScope[];
  readonly serviceAccounts: WorldServiceAccount[];
}

function hire(stage: Stage, provider: ProviderId, plan: KeyPlan): CompanyKey {
  const { seed, startAt } = stage;
  const scope = stage.scopes.find((each) => each.provider === provider && each.name === plan.scope);
  if (scope === undefined) throw new Error(`no ${provider} scope is called ${plan.scope}`);
  const text = idText(seed, `${provider} key ${plan.name}`, provider === 'openai' ? 16 : 22);
  const id = provider === 'openai' ? `key_${text}` : `apikey_01${text}`;
  const key: WorldKey = {
    id,
    provider,
    scopeId: scope.id,
    name: plan.name,
    hint: hintOf(seed, provider, id),
    createdAt: startAt - plan.ageDays * DAY_MS,
    expiresAt: plan.expiresDaysBefore === undefined ? undefined : startAt - plan.expiresDaysBefore * DAY_MS,
    owner: ownerOf(stage, { provider, plan, scopeId: scope.id }),
    keyless: plan.keyless === true,
  };
  const stopped = plan.stopped && { state: plan.stopped.state, at: startAt - plan.stopped.daysBefore * DAY_MS };
  return { key, workload: plan.workload, stopped };
}

function ownerOf(stage: Stage, wanted: { provider: ProviderId; plan: KeyPlan; scopeId: string }): KeyOwner {
  const { plan, provider, scopeId } = wanted;
  if (plan.owner === undefined) return { type: 'none' };
  if (plan.owner === 'bot') {
    const id = `svc_acct_${idText(stage.seed, `service account ${plan.name}`, 22)}`;
    const createdAt = stage.startAt - plan.ageDays * DAY_MS;
    stage.serviceAccounts.push({ id, scopeId, name: plan.name, createdAt, deletedAt: undefined });
    return { type: 'service_account', serviceAccountId: id };
  }
  const person = stage.people.find((each) => each.slug === plan.owner);
  if (person === undefined) throw new Error(`nobody is called ${plan.owner}`);
  return { type: 'user', person, userId: userIdOf(stage.seed, provider, person.slug) };
}
