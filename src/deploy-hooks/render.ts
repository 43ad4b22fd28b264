import { z } from 'zod';
import { Secret } from '../domain/secret.ts';
import type { DeployHookDefinition, DeployRun, DeployState } from '../ports/deploy-hook.ts';
import { addressHook, type RunReader } from './lib/address-hook.ts';
import { bearer, callJson, jsonOf } from './lib/call.ts';
import { type HookLink, linkOf } from './lib/link.ts';
import { awaitedNow, choose, runOf } from './lib/run.ts';
import { apiUrl, credential, given, wrongUrl } from './lib/settings.ts';

const TITLE = 'Render';
const HOOK_PATH = /^\/deploy\/([\w-]+)$/;
// What was live and has made room for a later one.
const SUCCEEDED = new Set(['live', 'deactivated']);
const FAILED = new Set(['build_failed', 'update_failed', 'pre_deploy_failed', 'canceled']);

const settings = z.strictObject({ api_url: apiUrl('https://api.render.com/v1') });

const begun = z.object({ deploy: z.object({ id: z.string().min(1) }) });
const deploy = z.object({
  id: z.string(),
  status: z.string(),
  trigger: z.string().nullish(),
  createdAt: z.iso.datetime({ offset: true }),
});
const deploys = z.array(z.object({ deploy }));
type Deploy = z.output<typeof deploy>;

export const render: DeployHookDefinition = {
  id: 'render',
  title: TITLE,
  settings,
  credentials: [
    credential('URL', true, 'The address of the deploy hook (Render, service, Settings, Deploy Hook).'),
    credential('API_KEY', false, 'An API key (Render, Account settings, API keys), to follow what the hook starts.'),
  ],
  wrongCredentials: (both) => wrongUrl(both, HOOK_PATH, 'https://api.render.com/deploy/srv-…?key=…'),
  async connect(options) {
    const { api_url } = settings.parse(options.settings);
    const url = given(options.credentials, 'URL');
    const [, service = ''] = HOOK_PATH.exec(new URL(url.reveal()).pathname) ?? [];
    const look = `https://dashboard.render.com/web/${service}`;
    const link = linkOf(options, {
      title: TITLE,
      look,
      byHand: [`Open ${look}, then Manual Deploy, Deploy latest commit.`],
      advice: {
        401: 'the key in the hook’s address, or the API key, is not valid any more',
        403: 'the API key does not reach this service',
        404: 'there is no such service or deploy hook; copy its address again',
      },
      openParts: [service],
    });
    const key = options.credentials.get('API_KEY');
    return addressHook({
      kind: render.id,
      link,
      url: () => url,
      begun: ({ text, serverAt }, request) => {
        const told = begun.safeParse(jsonOf(text));
        return told.success ? told.data.deploy.id : awaitedNow(request, serverAt);
      },
      reader: key && readerOf(link, `${api_url}/services/${service}/deploys`, key),
    });
  },
};

function readerOf(link: HookLink, base: string, key: Secret): RunReader {
  const get = <Schema extends z.ZodType>(schema: Schema, path: string, signal: AbortSignal | undefined) =>
    callJson(link, schema, {
      url: new Secret(`${base}${path}`),
      method: 'GET',
      kind: 'read',
      headers: bearer(key),
      signal,
    });
  return {
    async locate(awaited, signal) {
      const since = encodeURIComponent(new Date(awaited.since).toISOString());
      const listed = await get(deploys, `?limit=100&createdAfter=${since}`, signal);
      const found = choose(link, { listed: listed.map((each) => each.deploy), awaited }, (each) => ({
        startedAt: Date.parse(each.createdAt),
        isLikely: (each.trigger ?? 'deploy_hook') === 'deploy_hook',
      }));
      return found === null ? null : toRun(link, found);
    },
    read: async (ref, signal) => toRun(link, await get(deploy, `/${encodeURIComponent(ref)}`, signal)),
    async checkAccess(signal) {
      await get(deploys, '?limit=1', signal);
    },
  };
}

function toRun(link: HookLink, { id, status }: Deploy): DeployRun {
  const state: DeployState = SUCCEEDED.has(status) ? 'succeeded' : FAILED.has(status) ? 'failed' : 'running';
  const problem = state === 'failed' ? `The deploy ended as ${status.replaceAll('_', ' ')}.` : null;
  return runOf(link, { ref: id, url: `${link.look}/deploys/${id}`, state, problem });
}
