import type Anthropic from '@anthropic-ai/sdk';
import { isAppError } from '../../domain/errors.ts';
import type { KeyStatus } from '../../domain/key.ts';
import type { ConsoleAct, ConsoleSteps, KeyAct, KeyRef } from '../../ports/provider.ts';
import { callJson, guard, type Link, signalOption } from '../lib/call.ts';
import { hasErrorCode, MalformedAnswer } from '../lib/provider-error.ts';
import { readBody } from '../lib/wire.ts';
import { type AnthropicReader, keyStatus } from './inventory.ts';
import { apiKey } from './schema.ts';

const KEY_LIMIT_CODES = new Set(['org_api_key_limit_exceeded', 'workspace_api_key_limit_exceeded']);
const KEY_LIMIT_MESSAGE =
  'Anthropic refuses to switch the key back on: the organization or workspace has as many active keys as it may have. Archive or suspend another key first, then restore this one.';

export async function readAnthropicKeyStatus(
  { client, link }: AnthropicReader,
  ref: KeyRef,
  signal?: AbortSignal,
): Promise<KeyStatus> {
  const call = { operation: `read key ${ref.providerKeyId}`, kind: 'read', signal } as const;
  try {
    return await guard(link, call, async () => {
      const body = await callJson(link, call, () =>
        client.organization.apiKeys.retrieve(ref.providerKeyId, signalOption(signal)),
      );
      return keyStatus(readBody(apiKey, body, 'key'));
    });
  } catch (error) {
    if (isAppError(error, 'provider_not_found')) return 'gone';
    throw error;
  }
}

/** Sets a key's status and checks that the answer says so; an answer that does not leaves the outcome unknown. */
export async function setKeyStatus(
  { writer, link }: { readonly writer: Anthropic; readonly link: Link },
  ref: KeyRef,
  status: 'active' | 'inactive' | 'archived',
): Promise<void> {
  const call = {
    operation: `set key ${ref.providerKeyId} ${status}`,
    kind: 'write',
    explainRefusal: async (thrown: unknown) => (hasErrorCode(thrown, KEY_LIMIT_CODES) ? KEY_LIMIT_MESSAGE : undefined),
  } as const;
  await guard(link, call, async () => {
    const body = await callJson(link, call, () => writer.organization.apiKeys.update(ref.providerKeyId, { status }));
    const answered = readBody(apiKey, body, 'key').status;
    if (answered !== status) throw new MalformedAnswer(`the answer says ${answered ?? 'nothing'}, not ${status}`);
  });
}

/** Sets a key's name; returns the one that the answer shows. */
export async function renameKey(
  { writer, link }: { readonly writer: Anthropic; readonly link: Link },
  ref: KeyRef,
  name: string,
): Promise<string> {
  return guard(link, { operation: `rename key ${ref.providerKeyId}`, kind: 'write' }, async () => {
    const call = { operation: `rename key ${ref.providerKeyId}`, kind: 'write' } as const;
    const body = await callJson(link, call, () => writer.organization.apiKeys.update(ref.providerKeyId, { name }));
    return readBody(apiKey, body, 'key').name ?? '';
  });
}

const KEYS_PAGE = 'https://platform.claude.com/settings/keys';
const LAST_STEP: Readonly<Record<KeyAct | 'rename', string>> = {
  suspend: 'Open its menu and disable it. It can be enabled again later.',
  restore:
    'Open its menu and enable it. If that fails, the limit of active keys is reached: disable another one first.',
  revoke: 'Open its menu and delete it. This cannot be undone.',
  rename: 'Open its menu and give it the new name.',
};

export function anthropicConsoleSteps(act: ConsoleAct, ref: KeyRef): ConsoleSteps {
  if (act === 'change_cap') {
    return {
      url: 'https://platform.claude.com/settings/workspaces',
      steps: [
        ref.scopeId === null ? 'Choose the workspace of the key.' : `Choose workspace ${ref.scopeId}, then Limits.`,
        'Change its monthly spend limit. The default workspace cannot have one.',
      ],
    };
  }
  if (act === 'create') {
    return {
      url: KEYS_PAGE,
      steps: [ref.scopeId === null ? 'Choose Create Key.' : `Choose Create Key, in workspace ${ref.scopeId}.`],
    };
  }
  return {
    url: KEYS_PAGE,
    steps: [
      ref.scopeId === null ? 'Open the API keys of the organization.' : `Choose workspace ${ref.scopeId}.`,
      `Find the key with the id ${ref.providerKeyId}.`,
      LAST_STEP[act],
      'Come back and refresh: the new state must show here.',
    ],
  };
}
