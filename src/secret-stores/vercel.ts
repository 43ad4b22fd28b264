import type { VercelCore } from '@vercel/sdk/core.js';
import { z } from 'zod';
import { Secret } from '../domain/secret.ts';
import type { SecretStore, SecretStoreDefinition, StoreOptions } from '../ports/secret-store.ts';
import { buildStore, type Session } from './lib/build-store.ts';
import { DEFAULT_TRANSPORT, type Link, linkOf } from './lib/link.ts';
import { loadClient } from './lib/load.ts';
import { fieldPlaceOf } from './lib/reference.ts';
import { address, word } from './lib/settings.ts';
import { refused } from './lib/store-error.ts';
import { versionAt } from './lib/version.ts';

const PACKAGE = '@vercel/sdk';
const TARGETS = ['production', 'preview', 'development'] as const;
type Target = (typeof TARGETS)[number];

const settings = z.strictObject({
  team: word('the id of the team, such as team_a1b2').optional(),
  type: z
    .enum(['sensitive', 'encrypted'])
    .default('sensitive')
    .describe('sensitive (nobody can read it again) or encrypted (can be read back and compared)'),
  address: address.default('https://api.vercel.com'),
});
type Settings = z.output<typeof settings>;

const variable = z.object({
  id: z.string(),
  key: z.string(),
  type: z.string(),
  target: z.union([z.array(z.string()), z.string()]).default([]),
  gitBranch: z.string().nullish(),
  value: z.string().optional(),
  updatedAt: z.number().optional(),
});
type Variable = z.output<typeof variable>;
const listAnswer = z.object({ envs: z.array(variable) });

export const vercel: SecretStoreDefinition = {
  id: 'vercel',
  title: 'Vercel environment variables',
  settings,
  credentials: [
    { suffix: 'TOKEN', required: true, advice: 'Make an access token for the team, under Account Settings, Tokens.' },
  ],
  reference: {
    pattern: new RegExp(
      `^[A-Za-z0-9_.-]+(/(${TARGETS.join('|')})(\\+(${TARGETS.join('|')}))*)?#[A-Za-z_][A-Za-z0-9_]{0,255}$`,
    ),
    advice: 'project, target (production where none is named) and the name: web/production+preview#OPENAI_API_KEY',
  },
  connect: (options) => connectVercel(options),
};

export async function connectVercel(options: StoreOptions, transport = DEFAULT_TRANSPORT): Promise<SecretStore> {
  const link = linkOf(vercel, options, transport);
  const client = await loadClient(link, [PACKAGE], loadSdk);
  const own = settings.parse(options.settings);
  const core = new client.VercelCore({
    bearerToken: options.credentials.get('TOKEN')?.reveal(),
    serverURL: own.address,
    retryConfig: { strategy: 'none' },
    timeoutMs: link.timeoutMs,
    // It prints requests with their headers where VERCEL_DEBUG is set.
    debugLogger: { group: () => {}, groupEnd: () => {}, log: () => {} },
  });
  return vercelStore({ link, own, core, client });
}

async function loadSdk() {
  const [{ VercelCore }, { projectsFilterProjectEnvs }, { projectsGetProjectEnv }, { projectsCreateProjectEnv }, edit] =
    await Promise.all([
      import('@vercel/sdk/core.js'),
      import('@vercel/sdk/funcs/projectsFilterProjectEnvs.js'),
      import('@vercel/sdk/funcs/projectsGetProjectEnv.js'),
      import('@vercel/sdk/funcs/projectsCreateProjectEnv.js'),
      import('@vercel/sdk/funcs/projectsEditProjectEnv.js'),
    ]);
  const { projectsEditProjectEnv } = edit;
  return {
    VercelCore,
    projectsFilterProjectEnvs,
    projectsGetProjectEnv,
    projectsCreateProjectEnv,
    projectsEditProjectEnv,
  };
}

interface Parts {
  readonly link: Link;
  readonly own: Settings;
  readonly core: VercelCore;
  readonly client: Awaited<ReturnType<typeof loadSdk>>;
}

type Result = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: unknown };

/** The answer itself: the client refuses a good one in which some other variable has a kind that is newer than it. */
function answerOf(result: Result): unknown {
  if (result.ok) return result.value;
  const { error } = result;
  const isNewer = error instanceof Error && error.name === 'ResponseValidationError' && 'rawValue' in error;
  if (isNewer && typeof error.rawValue === 'object') return error.rawValue;
  throw error;
}

function vercelStore(parts: Parts): SecretStore {
  const { link, own } = parts;
  return buildStore({
    link,
    kind: vercel.id,
    capabilities: { readBack: own.type === 'encrypted' ? 'value' : 'metadata', restore: false },
    provesWrite: false,
    open: async (signal) => sessionOf(parts, signal),
    byHand: (reference) => {
      const { idOrName, targets, name } = partsOf(link, reference);
      const flag = own.type === 'sensitive' ? ' --sensitive' : '';
      // Without a value it asks for one.
      return [
        `vercel link --project ${idOrName}`,
        ...targets.map((target) => `vercel env add ${name} ${target} --force${target === 'development' ? '' : flag}`),
      ];
    },
  });
}

function sessionOf({ link, own, core, client }: Parts, signal: AbortSignal): Session<Variable | null> {
  const team = own.team === undefined ? {} : { teamId: own.team };
  const find = async (reference: string): Promise<Variable | null> => {
    const { idOrName, targets, name } = partsOf(link, reference);
    const listed = await client.projectsFilterProjectEnvs(core, { idOrName, ...team }, { signal });
    const { envs } = listAnswer.parse(answerOf(listed));
    const same = envs.filter(({ key, target, gitBranch }) => key === name && !gitBranch && overlaps(target, targets));
    const [found = null] = same;
    if (found === null || (same.length === 1 && targetText(found.target) === targetText(targets))) return found;
    const kept = same.map(({ target }) => targetText(target)).join(' and ');
    const why = `keeps ${name} for ${kept}, which is not ${targetText(targets)}`;
    throw refused(link, `${why}. Name the same targets in policy.yml.`);
  };
  const readBack = async (reference: string, { id, type }: Variable): Promise<Secret | null> => {
    if (own.type === 'sensitive' || type === 'sensitive') return null;
    const { idOrName } = partsOf(link, reference);
    const answer = answerOf(await client.projectsGetProjectEnv(core, { idOrName, id, ...team }, { signal }));
    const { value } = variable.pick({ value: true }).parse(answer);
    return value === undefined ? null : new Secret(value);
  };
  return {
    async look(reference) {
      const found = await find(reference);
      if (found === null) return { current: null, before: null };
      return { current: { ...versionAt(found.updatedAt), value: await readBack(reference, found) }, before: found };
    },
    async put({ reference, value, before }) {
      const { idOrName, targets, name: key } = partsOf(link, reference);
      if (before === null) {
        const requestBody = { key, value, type: own.type, target: [...targets] };
        answerOf(await client.projectsCreateProjectEnv(core, { idOrName, ...team, requestBody }, { signal }));
      } else {
        const edit = { idOrName, id: before.id, ...team, requestBody: { value } };
        answerOf(await client.projectsEditProjectEnv(core, edit, { signal }));
      }
      return versionAt((await find(reference))?.updatedAt);
    },
  };
}

function partsOf(link: Link, reference: string) {
  const { path, field: name } = fieldPlaceOf(link, reference);
  const [idOrName = '', target = 'production'] = path.split('/');
  const named = new Set(target.split('+'));
  const targets: readonly Target[] = TARGETS.filter((one) => named.has(one));
  return { idOrName, targets, name };
}

function overlaps(target: Variable['target'], targets: readonly Target[]): boolean {
  return targets.some((one) => target === one || target.includes(one));
}

function targetText(target: string | readonly string[]): string {
  return (typeof target === 'string' ? [target] : [...target]).toSorted().join('+');
}
