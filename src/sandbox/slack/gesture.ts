import type { Delivery } from './socket.ts';

/** What became of a click, command or submission, as the person experiences it. */
export interface GestureResult {
  /** The app acknowledged within 3 seconds. */
  readonly acked: boolean;
  readonly ackMs?: number;
  /** The error Slack's client shows when the app did not. */
  readonly shown?: 'dispatch_failed' | 'operation_timeout';
  /** The text of the dialog the person confirmed first. */
  readonly confirmed?: string;
}

export interface SubmitResult extends GestureResult {
  /** Messages under inputs, by block id: from the client (nothing was sent) or from the app. */
  readonly errors?: Readonly<Record<string, string>>;
  /** The app answered with something Slack cannot use; the person reads "We had some trouble connecting". */
  readonly trouble?: string;
}

export function resultOf(delivery: Delivery): GestureResult {
  if (delivery.outcome === 'acked') return { acked: true, ackMs: delivery.ackMs };
  return { acked: false, shown: delivery.outcome === 'timeout' ? 'operation_timeout' : 'dispatch_failed' };
}
