import { z } from 'zod';
import { globPattern } from '../domain/glob.ts';
import type { DeployHookSetting, RedeployRule } from '../domain/redeploy.ts';
import type { DeployHookDefinition } from '../ports/deploy-hook.ts';
import { PLUGIN_NAME, PLUGIN_NAME_ADVICE } from './plugin-credentials.ts';

/** What configuration needs to know of a kind of hook; a part of its definition. */
export type HookKind = Pick<DeployHookDefinition, 'id' | 'settings' | 'credentials' | 'wrongCredentials'>;

const HOOK_ADVICE = 'a hook such as { kind: github, repository: acme/web, workflow: deploy.yml }';
const anyHook = z.looseObject({ kind: z.string() });

const rule = z.strictObject({
  match: z.string().min(1).describe("a slug, or a pattern in quotes such as 'prod-*' (* is any text)"),
  hooks: z
    .array(z.string().describe('the name of a hook under deploy_hooks'))
    .min(1)
    .describe('a list of names under deploy_hooks: [web]'),
  consumer: z
    .string()
    .min(1)
    .optional()
    .describe("a consumer of the key, or a pattern such as 'checkout-*'; leave it out for all of them"),
});

/** The sections on deploy hooks; without kinds any hook passes. */
export function deployHookSections(kinds: readonly HookKind[] | undefined) {
  return {
    deploy_hooks: z
      .record(z.string(), hookSchema(kinds))
      .default({})
      .describe('hooks by name: web: { kind: github, repository: acme/web, workflow: deploy.yml }'),
    redeploy: z.array(rule).default([]).describe("a list of rules: - { match: 'prod-*', hooks: [web] }"),
  };
}

function hookSchema(kinds: readonly HookKind[] | undefined): z.ZodType<z.output<typeof anyHook>> {
  const [first, ...others] = (kinds ?? []).map(({ id, settings }) => settings.extend({ kind: z.literal(id) }));
  if (first === undefined) return anyHook;
  const kind = z.discriminatedUnion('kind', [first, ...others]).describe(HOOK_ADVICE);
  // Each has its literal kind, which the type of a definition's settings does not know.
  return kind as unknown as z.ZodType<z.output<typeof anyHook>>;
}

export interface DeployHookPart {
  readonly deploy_hooks: Readonly<Record<string, z.output<typeof anyHook>>>;
  readonly redeploy: readonly z.output<typeof rule>[];
}

type Complain = (path: readonly PropertyKey[], message: string) => void;

/** Names that make no variable, and rules that name no hook. */
export function complainHooks({ deploy_hooks, redeploy }: DeployHookPart, complain: Complain): void {
  for (const name of Object.keys(deploy_hooks)) {
    if (!PLUGIN_NAME.test(name)) complain(['deploy_hooks', name], `is not ${PLUGIN_NAME_ADVICE}`);
  }
  for (const [index, { hooks }] of redeploy.entries()) {
    for (const [at, name] of hooks.entries()) {
      if (!Object.hasOwn(deploy_hooks, name)) {
        complain(['redeploy', index, 'hooks', at], 'names no hook under deploy_hooks');
      }
    }
  }
}

export function toDeployHooks({ deploy_hooks }: DeployHookPart): readonly DeployHookSetting[] {
  return Object.entries(deploy_hooks).map(([name, { kind, ...settings }]) => ({ name, kind, settings }));
}

export function toRedeploy({ redeploy }: DeployHookPart): readonly RedeployRule[] {
  return redeploy.map(({ match, hooks, consumer }) => ({
    match,
    pattern: globPattern(match),
    hooks,
    consumer: consumer === undefined ? null : { match: consumer, pattern: globPattern(consumer) },
  }));
}
