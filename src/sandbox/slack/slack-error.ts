import type { JsonObject } from './json.ts';

export interface SlackErrorDetail {
  /** Named faults, as in Slack's `response_metadata.messages`. */
  readonly messages?: readonly string[];
  readonly status?: number;
  readonly retryAfterS?: number;
  /** More fields for the reply, such as `needed` and `provided`. */
  readonly fields?: JsonObject;
}

/** An answer with `ok: false`; `code` is Slack's own error code. */
export class SlackError extends Error {
  readonly code: string;
  readonly detail: SlackErrorDetail;

  constructor(code: string, detail: SlackErrorDetail = {}) {
    super(detail.messages === undefined ? code : `${code}: ${detail.messages.join('; ')}`);
    this.name = 'SlackError';
    this.code = code;
    this.detail = detail;
  }
}

/** A missing or malformed argument, reported the way Slack reports it. */
export function invalidArguments(message: string): SlackError {
  return new SlackError('invalid_arguments', { messages: [`[ERROR] ${message}`] });
}

export function bodyOfError(error: SlackError): JsonObject {
  const { messages, fields } = error.detail;
  return {
    ok: false,
    error: error.code,
    ...fields,
    ...(messages === undefined ? {} : { response_metadata: { messages } }),
  };
}
