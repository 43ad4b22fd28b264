import type OpenAI from 'openai';
import { AppError, isAppError } from '../../domain/errors.ts';
import type { KeyStatus } from '../../domain/key.ts';
import type { ConsoleAct, ConsoleSteps, KeyRef } from '../../ports/provider.ts';
import { callDated, callJson, guard, type Link, signalOption } from '../lib/call.ts';
import { MalformedAnswer } from '../lib/provider-error.ts';
import { readBody } from '../lib/wire.ts';
import { keyStatus, type OpenaiReader } from './inventory.ts';
import { adminKey, deletion, projectKey } from './schema.ts';

const CONSOLE = 'https://platform.openai.com';

export async function readOpenaiKeyStatus(
  { client, link }: OpenaiReader,
  ref: KeyRef,
  signal?: AbortSignal,
): Promise<KeyStatus> {
  const call = { operation: `read key ${ref.providerKeyId}`, kind: 'read', signal } as const;
  const { projects, adminAPIKeys } = client.admin.organization;
  const options = signalOption(signal);
  const { providerKeyId, scopeId } = ref;
  try {
    return await guard(link, call, async () => {
      if (scopeId === null) {
        const admin = await callDated(link, call, () => adminAPIKeys.retrieve(providerKeyId, options));
        return keyStatus(readBody(adminKey, admin.body, 'admin key'), admin.serverAt);
      }
      const { body, serverAt } = await callDated(link, call, () =>
        projects.apiKeys.retrieve(providerKeyId, { project_id: scopeId }, options),
      );
      return keyStatus(readBody(projectKey, body, 'key'), serverAt);
    });
  } catch (error) {
    if (isAppError(error, 'provider_not_found')) return 'gone';
    throw error;
  }
}

/** Deletes the key for good; OpenAI has no milder way to stop one. */
export async function deleteOpenaiKey(writer: OpenAI, reader: OpenaiReader, ref: KeyRef): Promise<void> {
  const { link } = reader;
  const { providerKeyId, scopeId } = ref;
  if (scopeId === null) throw noProject(link, providerKeyId);
  const call = {
    operation: `delete key ${providerKeyId}`,
    kind: 'write',
    explainRefusal: () => explainRefusal(reader, providerKeyId, scopeId),
  } as const;
  await guard(link, call, async () => {
    const body = await callJson(link, call, () =>
      writer.admin.organization.projects.apiKeys.delete(providerKeyId, { project_id: scopeId }),
    );
    if (!readBody(deletion, body, 'deletion').deleted) throw new MalformedAnswer('the deletion was not confirmed');
  });
}

/** Deletes the service account that owns the key, and with it every key of that account. */
export async function deleteServiceAccount(
  { writer, link }: { readonly writer: OpenAI; readonly link: Link },
  { providerKeyId, scopeId }: KeyRef,
  accountId: string,
): Promise<void> {
  if (scopeId === null) throw noProject(link, providerKeyId);
  const call = { operation: `delete service account ${accountId}`, kind: 'write' } as const;
  await guard(link, call, async () => {
    const body = await callJson(link, call, () =>
      writer.admin.organization.projects.serviceAccounts.delete(accountId, { project_id: scopeId }),
    );
    if (!readBody(deletion, body, 'deletion').deleted) throw new MalformedAnswer('the deletion was not confirmed');
  });
}

export function openaiConsoleSteps(act: ConsoleAct, ref: KeyRef): ConsoleSteps {
  const project = ref.scopeId ?? 'of the key';
  if (act === 'change_cap') {
    return {
      url: `${CONSOLE}/settings/organization/projects`,
      steps: [`Open project ${project}, then Limits.`, 'Change its monthly budget.'],
    };
  }
  if (act === 'create') {
    return {
      url: `${CONSOLE}/settings/organization/api-keys`,
      steps: [
        `Choose Create new secret key, in project ${project}.`,
        'For a machine let a service account own it; a key of a person ends with that person.',
      ],
    };
  }
  if (act === 'rename') {
    return {
      url: `${CONSOLE}/settings/organization/api-keys`,
      steps: [
        `Open the API keys of project ${project}.`,
        `Find the key with the id ${ref.providerKeyId} and edit its name.`,
      ],
    };
  }
  if (act === 'revoke') {
    return {
      url: `${CONSOLE}/settings/organization/api-keys`,
      steps: [
        `Open the API keys of project ${project}.`,
        `Find the key with the id ${ref.providerKeyId} and choose Delete. This cannot be undone.`,
        'If the key belongs to a service account and cannot be deleted, delete the service account: this stops all of its keys.',
        'Come back and refresh: the key must be gone from the list.',
      ],
    };
  }
  const limit =
    act === 'suspend'
      ? 'Set the monthly budget to its smallest value and block the models in use. This stops every key of the project.'
      : 'Set the budget and the allowed models back to what they were before. A deleted key cannot be restored: create a new one.';
  return {
    url: `${CONSOLE}/settings/organization/projects`,
    steps: [
      'OpenAI cannot pause a single key; what can be stopped and started again is its project.',
      `Open project ${project}, then Limits.`,
      limit,
    ],
  };
}

async function explainRefusal(reader: OpenaiReader, keyId: string, projectId: string): Promise<string> {
  const account = await serviceAccountOf(reader, keyId, projectId);
  if (account === 'none') {
    return 'OpenAI refused to delete this key and it still works. Delete it in the console, or ask an organization owner to.';
  }
  const whose =
    account === 'unknown' ? 'If this key belongs to a service account' : 'This key belongs to a service account';
  return `OpenAI refused to delete the key, and it still works. ${whose}, delete that service account in the console: it stops this key and all of its sibling keys too.`;
}

async function serviceAccountOf(
  { client, link }: OpenaiReader,
  keyId: string,
  projectId: string,
): Promise<'yes' | 'none' | 'unknown'> {
  const call = { operation: `read owner of ${keyId}`, kind: 'read' } as const;
  try {
    const body = await callJson(link, call, () =>
      client.admin.organization.projects.apiKeys.retrieve(keyId, { project_id: projectId }),
    );
    return readBody(projectKey, body, 'key').owner?.service_account ? 'yes' : 'none';
  } catch {
    // Only the wording of a refusal depends on this answer.
    return 'unknown';
  }
}

function noProject(link: Link, keyId: string): AppError {
  return new AppError({
    code: 'not_supported',
    message: `${link.connectionId}: ${keyId} has no project; admin keys are not deleted from here`,
    publicMessage: 'This is an admin key. Keysteward never deletes admin keys: do it in the OpenAI console.',
  });
}
