import type { Address } from './config.ts';
import type { Complaint } from './value-checks.ts';

const LOOPBACK_V4 = /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/;
const FIX = 'Write an https:// address, or http:// for this machine only (localhost, 127.0.0.1, [::1]).';

/** Reads an address that credentials are sent to: https, or plain http that never leaves this machine. */
export function parseAddress(text: string, defaultUrl: string): Address | Complaint {
  const url = parseUrl(text);
  if (!(url instanceof URL)) return url;
  if (url.search !== '' || url.hash !== '') {
    return { problem: 'has a ? or # part', fix: 'Write the address only up to its path.' };
  }
  const isDefault = bare(url.href) === bare(defaultUrl);
  return { url: isDefault ? defaultUrl : matchSlash(url.href, defaultUrl), isDefault };
}

/** What is wrong with an address that others have made for us: their secrets may be in its path or its query. */
export function wrongHookUrl(text: string): Complaint | undefined {
  const url = parseUrl(text);
  if (!(url instanceof URL)) return url;
  return url.hash === '' ? undefined : { problem: 'has a # part', fix: 'Write the address only up to the #.' };
}

function parseUrl(text: string): URL | Complaint {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) return { problem: 'is not an address', fix: FIX };
  if (url.username !== '' || url.password !== '') {
    return {
      problem: 'has a user name or password in it',
      fix: 'Leave out everything before the @; keys have variables of their own.',
    };
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
    return { problem: 'is neither https nor on this machine, so keys would travel in the open', fix: FIX };
  }
  return url;
}

// The parser has already turned 127.1, 0x7f.1 and [0:0:0:0:0:0:0:1] into their usual form.
function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || LOOPBACK_V4.test(hostname);
}

function matchSlash(url: string, model: string): string {
  return model.endsWith('/') ? `${bare(url)}/` : bare(url);
}

function bare(url: string): string {
  return url.replace(/\/+$/, '');
}
