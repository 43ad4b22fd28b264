import { z } from 'zod';
import { Secret } from '../domain/secret.ts';
import type { DeployHook, DeployHookDefinition, DeployRequest, DeployRun, HookOptions } from '../ports/deploy-hook.ts';
import { signature } from '../webhooks/post.ts';
import { reach } from './lib/address-hook.ts';
import { call, callJson, jsonOf } from './lib/call.ts';
import { type HookLink, linkOf } from './lib/link.ts';
import { runOf } from './lib/run.ts';
import { credential, given, wrongUrl } from './lib/settings.ts';

const TITLE = 'Signed webhook';
// Grows when a field changes its meaning or goes; new fields do not change it.
const VERSION = 1;

const settings = z.strictObject({
  by_hand: z
    .string()
    .min(1)
    .max(300)
    .default('Deploy the consumer as your team usually does.')
    .describe('what a person does where the webhook cannot, in a sentence'),
});

const accepted = z.object({ status_url: z.string().optional(), url: z.string().optional() });
const standing = z.object({
  state: z.enum(['running', 'succeeded', 'failed']),
  url: z.string().nullish(),
  problem: z.string().nullish(),
});

export const webhook: DeployHookDefinition = {
  id: 'webhook',
  title: TITLE,
  settings,
  credentials: [
    credential('URL', true, 'The address that takes the request; https, or http on this machine.'),
    credential('SECRET', true, 'What the requests are signed with; make one with openssl rand -hex 32.'),
  ],
  wrongCredentials: (both) => wrongUrl(both, /^/, 'https://deploy.example.com/hook'),
  async connect(options) {
    const { by_hand } = settings.parse(options.settings);
    const url = given(options.credentials, 'URL');
    const { host } = new URL(url.reveal());
    const link = linkOf(options, {
      title: TITLE,
      look: `what ${host} runs`,
      byHand: [by_hand],
      advice: {
        401: 'it does not accept the signature; compare the secret on both sides',
        403: 'it does not accept the signature; compare the secret on both sides',
        404: 'there is nothing at this address; compare it with the receiver’s',
      },
    });
    return hookOf(link, url, options);
  },
};

function hookOf(link: HookLink, url: Secret, { credentials, clock }: HookOptions): DeployHook {
  const secret = given(credentials, 'SECRET');
  const { name, byHand } = link;
  return {
    name,
    kind: webhook.id,
    title: TITLE,
    follows: true,
    byHand,
    async trigger(request, signal) {
      const body = JSON.stringify(bodyOf(name, request));
      const headers = { 'idempotency-key': request.id, ...signature(body, secret, clock) };
      const { text } = await call(link, { url, method: 'POST', kind: 'write', body, headers, signal });
      return begun(link, url, text);
    },
    async follow(ref, signal) {
      const told = await callJson(link, standing, {
        url: new Secret(new URL(ref, url.reveal()).href),
        method: 'GET',
        kind: 'read',
        headers: { accept: 'application/json', ...signature('', secret, clock) },
        signal,
      });
      const problem = told.problem ?? (told.state === 'failed' ? 'The receiver says that it failed.' : null);
      return runOf(link, { ref, url: told.url, state: told.state, problem });
    },
    checkAccess: (signal) => reach(link, url, signal),
  };
}

function bodyOf(hook: string, { id, slug, environment, at }: DeployRequest) {
  return {
    version: VERSION,
    id,
    event: 'redeploy',
    at: new Date(at).toISOString(),
    hook,
    key: { name: slug, environment },
  };
}

/** Accepted; followed where the answer says where, on the same host and without our secrets in the address. */
function begun(link: HookLink, url: Secret, text: string): DeployRun {
  const told = accepted.safeParse(jsonOf(text));
  const { status_url, url: page } = told.success ? told.data : {};
  const followed = status_url === undefined ? { ref: null } : statusAddress(link, url, status_url);
  return runOf(link, { ...followed, url: page });
}

function statusAddress(link: HookLink, url: Secret, told: string): Pick<DeployRun, 'ref' | 'problem'> {
  const base = new URL(url.reveal());
  const status = URL.canParse(told, base.href) ? new URL(told, base.href) : undefined;
  if (status === undefined || status.origin !== base.origin) {
    return { ref: null, problem: 'Its status address is on another host and is not followed.' };
  }
  const ref = `${status.pathname}${status.search}`;
  // It is kept with the rotation, where no secret may be.
  if (link.scrub(ref) !== ref) return { ref: null, problem: 'Its status address holds a secret and is not followed.' };
  return { ref, problem: null };
}
