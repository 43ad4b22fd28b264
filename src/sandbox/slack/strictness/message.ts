import { isObject, type JsonObject, textOf } from '../json.ts';
import { validateBlocks } from './blocks.ts';
import type { Violation } from './violation.ts';

const MAX_UPDATE_TEXT = 4_000;
const MAX_ATTACHMENTS = 100;
// Slack names the fault but not the size; 8 kB is far above what ids need.
const MAX_METADATA_CHARS = 8_000;

export interface MessagePayload {
  readonly text?: unknown;
  readonly blocks?: unknown;
  readonly attachments?: unknown;
  readonly metadata?: unknown;
}

/** Everything for which Slack would refuse this message; `update` adds what only chat.update checks. */
export function validateMessage(payload: MessagePayload, kind: 'post' | 'update' = 'post'): readonly Violation[] {
  const { text, blocks, attachments, metadata } = payload;
  return [
    ...textViolations(payload, kind),
    ...(blocks === undefined ? [] : validateBlocks(blocks, 'message')),
    ...(Array.isArray(attachments) && attachments.length > MAX_ATTACHMENTS
      ? [{ code: 'too_many_attachments', message: `no more than ${MAX_ATTACHMENTS}`, pointer: '/attachments' }]
      : []),
    ...(text !== undefined && typeof text !== 'string'
      ? [{ code: 'invalid_arguments', message: 'must be a string', pointer: '/text' }]
      : []),
    ...(metadata === undefined ? [] : metadataViolations(metadata, kind)),
  ];
}

function textViolations({ text, blocks, attachments }: MessagePayload, kind: 'post' | 'update'): readonly Violation[] {
  const hasMore = [blocks, attachments].some((list) => Array.isArray(list) && list.length > 0);
  const isBroken = blocks !== undefined && !Array.isArray(blocks);
  if (textOf(text) === undefined && !hasMore && !isBroken) {
    return [{ code: 'no_text', message: 'no text, blocks or attachments', pointer: '' }];
  }
  if (kind === 'update' && String(text ?? '').length > MAX_UPDATE_TEXT) {
    return [{ code: 'msg_too_long', message: `text: no more than ${MAX_UPDATE_TEXT} characters`, pointer: '/text' }];
  }
  return [];
}

function metadataViolations(metadata: unknown, kind: 'post' | 'update'): readonly Violation[] {
  // `{}` is how an update takes the metadata away.
  if (kind === 'update' && isObject(metadata) && Object.keys(metadata).length === 0) return [];
  if (!isObject(metadata) || textOf(metadata['event_type']) === undefined || !isObject(metadata['event_payload'])) {
    return [format('must have event_type and event_payload')];
  }
  const unknown = Object.keys(metadata).find((key) => !['event_type', 'event_payload', 'entities'].includes(key));
  if (unknown !== undefined) return [format(`no more fields: ${unknown}`)];
  if (!isFlat(metadata['event_payload']))
    return [format('event_payload: strings, numbers, booleans, one level of them')];
  if (JSON.stringify(metadata).length <= MAX_METADATA_CHARS) return [];
  return [{ code: 'metadata_too_large', message: `more than ${MAX_METADATA_CHARS} characters`, pointer: '/metadata' }];
}

function isFlat(payload: JsonObject): boolean {
  return Object.values(payload).every((value) => {
    const nested = Array.isArray(value) ? value : [value];
    return nested.every((item) => isPrimitive(item) || (isObject(item) && Object.values(item).every(isPrimitive)));
  });
}

function isPrimitive(value: unknown): boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

function format(message: string): Violation {
  return { code: 'invalid_metadata_format', message, pointer: '/metadata' };
}
