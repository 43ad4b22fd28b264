import type { WebClient } from '@slack/web-api';
import { SECOND_MS } from '../domain/time.ts';
import { channelIdOf, directChannelOf, isPerson } from './channels.ts';

// Slack takes one message a second and channel; edits have no such limit.
const POST_EVERY_MS = SECOND_MS;

/** What the sender knows of places between two rounds. A restart forgets it without harm. */
export class OutboxMemory {
  /** False once this workspace has refused a message for its charts, and taken it without. */
  takesCharts = true;
  readonly #ids = new Map<string, string>();
  readonly #heldUntil = new Map<string, number>();
  readonly #postedAt = new Map<string, number>();

  /** The channel id of a name, an id or a person. */
  async idOf(client: WebClient, target: string): Promise<string> {
    const known = this.#ids.get(target);
    if (known !== undefined) return known;
    const id = await (isPerson(target) ? directChannelOf : channelIdOf)(client, target);
    this.#ids.set(target, id);
    return id;
  }

  /** The next message asks Slack again what this name stands for. */
  forget(target: string): void {
    this.#ids.delete(target);
  }

  /** Slack has asked for a pause: nothing goes to this place until then. */
  hold(target: string, until: number): void {
    this.#heldUntil.set(target, Math.max(until, this.#heldUntil.get(target) ?? 0));
  }

  /** How long a post to this channel has to wait for its turn; 0: it is its turn, and is taken. */
  turnInMs(channelId: string, now: number): number {
    const waitMs = (this.#postedAt.get(channelId) ?? now - POST_EVERY_MS) + POST_EVERY_MS - now;
    // A clock that was set back holds up nobody.
    if (waitMs > 0 && waitMs <= POST_EVERY_MS) return waitMs;
    this.#postedAt.set(channelId, now);
    return 0;
  }

  /** Null: it may be written to now. */
  heldUntil(target: string, now: number): number | null {
    const until = this.#heldUntil.get(target) ?? 0;
    if (until > now) return until;
    this.#heldUntil.delete(target);
    return null;
  }
}
