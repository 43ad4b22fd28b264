import type { DeployHookSetting } from '../domain/redeploy.ts';
import type { Secret } from '../domain/secret.ts';
import type { EnvReader } from './env-reader.ts';
import { pluginVariable, readPluginCredentials } from './plugin-credentials.ts';
import type { HookKind } from './policy-deploy-hooks.ts';

const PREFIX = 'KEYSTEWARD_HOOK';

/** By the name of the hook, then by suffix. */
export type HookCredentials = ReadonlyMap<string, ReadonlyMap<string, Secret>>;

/** The credentials of every hook that policy names; the reader hears of each that is missing or wrong. */
export function readHookCredentials(
  reader: EnvReader,
  hooks: readonly DeployHookSetting[],
  kinds: readonly HookKind[],
): HookCredentials {
  return new Map(
    hooks.flatMap(({ name, kind: id, settings }) => {
      const kind = kinds.find((each) => each.id === id);
      if (kind === undefined) return [];
      const named = { prefix: PREFIX, name } as const;
      const credentials = readPluginCredentials(reader, { ...named, credentials: kind.credentials });
      for (const { suffix, ...complaint } of kind.wrongCredentials?.({ settings, credentials }) ?? []) {
        reader.complain(pluginVariable(named, suffix), complaint);
      }
      return [[name, credentials] as const];
    }),
  );
}
