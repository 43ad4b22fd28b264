import type OpenAI from 'openai';
import { AppError } from '../../domain/errors.ts';
import { Secret } from '../../domain/secret.ts';
import type { KeylessAdvice, MadeKey, NewKeyRequest } from '../../ports/provider.ts';
import { callJson, guard, type Link } from '../lib/call.ts';
import { readBody } from '../lib/wire.ts';
import { madeKey } from './schema.ts';

export const OPENAI_KEYLESS: KeylessAdvice = {
  title: 'workload identity',
  url: 'https://platform.openai.com/docs',
  why: 'A workload on Kubernetes, Azure or Google Cloud can sign in as itself, so that there is no key to leak or rotate.',
};

/** A further key of a service account; a key of a person can be made by that person alone. */
export async function createServiceAccountKey(
  { writer, link }: { readonly writer: OpenAI; readonly link: Link },
  { name, beside, ownerId }: NewKeyRequest,
): Promise<MadeKey> {
  const { scopeId } = beside;
  if (scopeId === null) throw noProject(link, beside.providerKeyId);
  const call = { operation: `create a key of ${ownerId}`, kind: 'write' } as const;
  return guard(link, call, async () => {
    const body = await callJson(link, call, () =>
      writer.admin.organization.projects.serviceAccounts.apiKeys.create(
        ownerId,
        { project_id: scopeId, name },
        // There is no idempotency key: what is sent twice makes two keys.
        { maxRetries: 0 },
      ),
    );
    const { id, value, created_at: createdAt } = readBody(madeKey, body, 'new key');
    return { providerKeyId: id, value: new Secret(value), hint: null, createdAt };
  });
}

function noProject(link: Link, keyId: string): AppError {
  return new AppError({
    code: 'not_supported',
    message: `${link.connectionId}: ${keyId} has no project; admin keys are not made from here`,
    publicMessage: 'This is an admin key. Keysteward never makes admin keys: do it in the OpenAI console.',
  });
}
