import type { PageMessage } from '../../../../../src/sandbox/page/protocol.ts';

export function message(given: Partial<PageMessage>): PageMessage {
  return {
    ts: '1.0',
    user: 'U0KEYBOT',
    at: 1,
    text: '',
    blocks: [],
    attachments: [],
    threadTs: null,
    isEdited: false,
    isEphemeral: false,
    isDeleted: false,
    files: [],
    ...given,
  };
}
