import { z } from 'zod';
import { Secret } from '../domain/secret.ts';
import type { DeployHookDefinition, DeployRun, DeployState } from '../ports/deploy-hook.ts';
import { addressHook, type RunReader } from './lib/address-hook.ts';
import { bearer, callJson } from './lib/call.ts';
import { type HookLink, linkOf } from './lib/link.ts';
import { type Awaited, awaitedNow, choose, onlyOne, runOf } from './lib/run.ts';
import { apiUrl, credential, given, pathName, wrongUrl } from './lib/settings.ts';

const TITLE = 'Netlify';
const HOOK_PATH = /^\/build_hooks\/([\w-]+)$/;
const FAILED = new Set(['error', 'rejected', 'skipped']);

const settings = z.strictObject({
  site: pathName('the id of the site (Netlify, Site configuration, Site ID); needed to follow a deploy').optional(),
  api_url: apiUrl('https://api.netlify.com'),
});

const deploy = z.object({
  id: z.string(),
  state: z.string(),
  title: z.string().nullish(),
  error_message: z.string().nullish(),
  admin_url: z.string().nullish(),
  created_at: z.iso.datetime({ offset: true }),
});
const deploys = z.array(deploy);
type Deploy = z.output<typeof deploy>;

export const netlify: DeployHookDefinition = {
  id: 'netlify',
  title: TITLE,
  settings,
  credentials: [
    credential('URL', true, 'The address of the build hook (Netlify, Site configuration, Build hooks).'),
    credential('TOKEN', false, 'A personal access token (Netlify, User settings, Applications), to follow a deploy.'),
  ],
  wrongCredentials(both) {
    const wrong = wrongUrl(both, HOOK_PATH, 'https://api.netlify.com/build_hooks/…');
    if (!both.credentials.has('TOKEN') || both.settings.site !== undefined) return wrong;
    const problem = 'is set, and policy.yml does not say which site it is for';
    return [...wrong, { suffix: 'TOKEN', problem, fix: 'Write site: <site id> beside kind: netlify, or remove it.' }];
  },
  async connect(options) {
    const { site, api_url } = settings.parse(options.settings);
    const url = given(options.credentials, 'URL');
    const [, hookId = ''] = HOOK_PATH.exec(new URL(url.reveal()).pathname) ?? [];
    const look = 'https://app.netlify.com';
    const link = linkOf(options, {
      title: TITLE,
      look,
      byHand: [`Open the site at ${look}, then Deploys, Trigger deploy, Deploy site.`],
      advice: {
        401: 'the access token is not valid or has expired',
        403: 'the access token does not reach this site',
        404: 'there is no such build hook or site; compare the address and site in policy.yml',
      },
      secretParts: [hookId],
    });
    const token = options.credentials.get('TOKEN');
    const isOpen = token !== undefined && site !== undefined;
    return addressHook({
      kind: netlify.id,
      link,
      url: ({ id, slug }) => titled(url, `Keysteward: new key for ${slug} (${id})`),
      begun: ({ serverAt }, request) => awaitedNow(request, serverAt),
      reader: isOpen ? readerOf(link, `${api_url}/api/v1/sites/${site}/deploys`, token) : undefined,
    });
  },
};

/** The title of the deploy carries the request's id, so that it is found again. */
function titled(url: Secret, title: string): Secret {
  const address = new URL(url.reveal());
  address.searchParams.set('trigger_title', title);
  return new Secret(address.href);
}

function readerOf(link: HookLink, base: string, token: Secret): RunReader {
  const get = <Schema extends z.ZodType>(schema: Schema, path: string, signal: AbortSignal | undefined) =>
    callJson(link, schema, {
      url: new Secret(`${base}${path}`),
      method: 'GET',
      kind: 'read',
      headers: bearer(token),
      signal,
    });
  const isNamed = ({ title }: Deploy, { requestId }: Awaited) => (title ?? '').includes(requestId);
  return {
    async locate(awaited, signal) {
      const found = choose(link, { listed: await get(deploys, '?per_page=100', signal), awaited }, (each) => ({
        startedAt: Date.parse(each.created_at),
        isNamed: isNamed(each, awaited),
        // A deploy with another title is somebody else's.
        isLikely: (each.title ?? '') === '',
      }));
      return found === null ? null : toRun(link, found);
    },
    async named(awaited, signal) {
      const listed = await get(deploys, '?per_page=100', signal);
      const found = onlyOne(
        link,
        listed.filter((each) => isNamed(each, awaited)),
      );
      return found === null ? null : toRun(link, found);
    },
    read: async (ref, signal) => toRun(link, await get(deploy, `/${encodeURIComponent(ref)}`, signal)),
    async checkAccess(signal) {
      await get(deploys, '?per_page=1', signal);
    },
  };
}

function toRun(link: HookLink, { id, state: told, error_message, admin_url }: Deploy): DeployRun {
  const state: DeployState = told === 'ready' ? 'succeeded' : FAILED.has(told) ? 'failed' : 'running';
  const waits = told === 'pending_review' ? 'The deploy waits for somebody’s approval at Netlify.' : null;
  const problem = state === 'failed' ? (error_message ?? `The deploy ended as ${told}.`) : waits;
  return runOf(link, { ref: id, url: admin_url ? `${admin_url}/deploys/${id}` : link.look, state, problem });
}
