import { type Surface, validateBlocks } from './blocks.ts';
import { type MessagePayload, validateMessage } from './message.ts';
import { lineOf } from './violation.ts';

export { type Surface, validateBlocks } from './blocks.ts';
export { type MessagePayload, validateMessage } from './message.ts';
export { assertView, validateView } from './view.ts';
export { lineOf, type Violation } from './violation.ts';

/** Throws when Slack would refuse these blocks on this surface. */
export function assertBlocks(blocks: unknown, surface: Surface = 'message'): void {
  const lines = validateBlocks(blocks, surface).map(lineOf);
  if (lines.length > 0) throw new Error(`Slack would refuse the blocks:\n${lines.join('\n')}`);
}

/** Throws when Slack would refuse this message. */
export function assertMessage(payload: MessagePayload, kind: 'post' | 'update' = 'post'): void {
  const lines = validateMessage(payload, kind).map(lineOf);
  if (lines.length > 0) throw new Error(`Slack would refuse the message:\n${lines.join('\n')}`);
}
