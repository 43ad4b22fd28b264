import type { EnvelopedEvent } from '@slack/bolt';
import type { SlackContext } from './context.ts';

/** Something that Slack tells us of, in a file of the folder events. It is ours, and was not told before. */
export interface EventHandler {
  /** As manifest.yml subscribes to it. */
  readonly event: string;
  run(context: SlackContext, envelope: EnvelopedEvent): Promise<void>;
}
