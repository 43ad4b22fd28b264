/** What is wrong with an address, and what to write instead; never the address itself. */
export interface AddressFault {
  readonly problem: string;
  readonly fix: string;
}

const LOOPBACK_V4 = /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/;
export const ADDRESS_FIX = 'Write an https:// address, or http:// for this machine only (localhost, 127.0.0.1, [::1]).';

/** Reads an address that credentials are sent to: https, or plain http that never leaves this machine. */
export function parseServiceUrl(text: string): URL | AddressFault {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) return { problem: 'is not an address', fix: ADDRESS_FIX };
  if (url.username !== '' || url.password !== '') {
    return {
      problem: 'has a user name or password in it',
      fix: 'Leave out everything before the @; keys have variables of their own.',
    };
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
    return { problem: 'is neither https nor on this machine, so keys would travel in the open', fix: ADDRESS_FIX };
  }
  return url;
}

// The parser has already turned 127.1, 0x7f.1 and [0:0:0:0:0:0:0:1] into their usual form.
function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || LOOPBACK_V4.test(hostname);
}
