import { parseServiceUrl } from '../domain/service-address.ts';
import type { Address } from './config.ts';
import type { Complaint } from './value-checks.ts';

/** Reads an address that credentials are sent to: https, or plain http that never leaves this machine. */
export function parseAddress(text: string, defaultUrl: string): Address | Complaint {
  const url = parseServiceUrl(text);
  if (!(url instanceof URL)) return url;
  if (url.search !== '' || url.hash !== '') {
    return { problem: 'has a ? or # part', fix: 'Write the address only up to its path.' };
  }
  const isDefault = bare(url.href) === bare(defaultUrl);
  return { url: isDefault ? defaultUrl : matchSlash(url.href, defaultUrl), isDefault };
}

/** What is wrong with an address that others have made for us: their secrets may be in its path or its query. */
export function wrongHookUrl(text: string): Complaint | undefined {
  const url = parseServiceUrl(text);
  if (!(url instanceof URL)) return url;
  return url.hash === '' ? undefined : { problem: 'has a # part', fix: 'Write the address only up to the #.' };
}

function matchSlash(url: string, model: string): string {
  return model.endsWith('/') ? `${bare(url)}/` : bare(url);
}

function bare(url: string): string {
  return url.replace(/\/+$/, '');
}
