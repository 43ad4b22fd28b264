import type { Address } from './config.ts';
import type { Complaint } from './value-checks.ts';

const LOOPBACK_V4 = /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/;
const FIX = 'Write an https:// address, or http:// for this machine only (localhost, 127.0.0.1, [::1]).';

/** Reads an address that credentials are sent to: https, or plain http that never leaves this machine. */
export function parseAddress(text: string, defaultUrl: string): Address | Complaint {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) return { problem: 'is not an address', fix: FIX };
  if (url.username !== '' || url.password !== '') {
    return {
      problem: 'has a user name or password in it',
      fix: 'Leave out everything before the @; keys have variables of their own.',
    };
  }
  if (url.search !== '' || url.hash !== '') {
    return { problem: 'has a ? or # part', fix: 'Write the address only up to its path.' };
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
    return { problem: 'is neither https nor on this machine, so keys would travel in the open', fix: FIX };
  }
  const isDefault = bare(url.href) === bare(defaultUrl);
  return { url: isDefault ? defaultUrl : matchSlash(url.href, defaultUrl), isDefault };
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
