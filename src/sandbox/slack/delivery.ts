import type { JsonObject } from './json.ts';

export interface Envelope {
  readonly type: 'events_api' | 'slash_commands' | 'interactive';
  readonly payload: JsonObject;
  readonly acceptsResponsePayload: boolean;
  readonly retryAttempt?: number;
  readonly retryReason?: string;
}

export type Delivery =
  | { readonly outcome: 'acked'; readonly ackMs: number; readonly payload: JsonObject }
  /** No socket was open, the socket broke before the ack, or the app stayed silent. */
  | { readonly outcome: 'no-socket' | 'lost' | 'timeout' };
