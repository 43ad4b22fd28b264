import { z } from 'zod';
import { Secret } from '../../domain/secret.ts';
import { parseServiceUrl } from '../../domain/service-address.ts';
import type { CredentialFault, GivenToHook } from '../../ports/deploy-hook.ts';
import type { CredentialName } from '../../ports/secret-store.ts';

/** The address of a service's API, for an installation of one's own. */
export function apiUrl(usual: string) {
  return webAddress().default(usual).describe(`an https:// address; left out, it is ${usual}`);
}

/** An address that credentials may be sent to, without a slash at its end. */
export function webAddress() {
  return z
    .string()
    .refine(isApiUrl, 'is not an address that credentials may be sent to')
    .transform((text) => text.replace(/\/+$/, ''));
}

function isApiUrl(text: string): boolean {
  const url = parseServiceUrl(text);
  return url instanceof URL && url.search === '' && url.hash === '';
}

/** Something that stands in a path: a name or an id. */
export function pathName(advice: string) {
  return z
    .string()
    .regex(/^[A-Za-z0-9][\w.-]*$/)
    .describe(advice);
}

export function credential(suffix: string, required: boolean, advice: string): CredentialName {
  return { suffix, required, advice };
}

/** Faults of a hook's address, which is a secret as a whole: never repeated. */
export function wrongUrl({ credentials }: GivenToHook, path: RegExp, looks: string): readonly CredentialFault[] {
  const text = credentials.get('URL')?.reveal();
  if (text === undefined) return [];
  const url = parseServiceUrl(text);
  if (!(url instanceof URL)) return [{ suffix: 'URL', ...url }];
  if (path.test(url.pathname)) return [];
  return [{ suffix: 'URL', problem: 'is not the address of such a hook', fix: `It looks like ${looks}.` }];
}

/** A required credential; configuration has refused to go on without it. */
export function given(credentials: GivenToHook['credentials'], suffix: string): Secret {
  return credentials.get(suffix) ?? new Secret('');
}
