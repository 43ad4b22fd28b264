import { AppError } from '../../domain/errors.ts';
import { createScrub } from '../../domain/scrub.ts';
import type { ConnectOptions, ProviderDefinition } from '../../ports/provider.ts';
import type { Link } from './call.ts';
import { assertUsableKey } from './guarded-fetch.ts';

/** Checks what a connection is made of and gives its address and link. */
export function connectionOf(
  definition: ProviderDefinition,
  options: ConnectOptions,
): { readonly baseUrl: string; readonly link: Link } {
  const { connectionId, readKey, writeKey, logger } = options;
  const keys = writeKey === undefined ? [readKey] : [readKey, writeKey];
  for (const key of keys) assertUsableKey(key, connectionId);
  return {
    baseUrl: checkedUrl(options.baseUrl ?? definition.defaultBaseUrl, connectionId),
    link: { title: definition.title, connectionId, logger, scrub: createScrub(keys) },
  };
}

function checkedUrl(text: string, connectionId: string): string {
  if (URL.canParse(text)) {
    const url = new URL(text);
    const plain = url.search === '' && url.hash === '' && url.username === '' && url.password === '';
    if (/^https?:$/.test(url.protocol) && plain) return text.replace(/\/+$/, '');
  }
  throw new AppError({
    code: 'invalid_config',
    message: `${connectionId}: the base URL is not an http(s) address without query and user`,
    publicMessage: `The address of ${connectionId} is not a plain http(s) URL. Correct it in the configuration.`,
  });
}
