import type { Clock } from '../../ports/clock.ts';
import { SlackError } from './slack-error.ts';

const TRIGGER_LIFE_MS = 3_000;
const RESPONSE_URL_LIFE_MS = 30 * 60_000;
const RESPONSE_URL_USES = 5;

export interface Trigger {
  readonly userId: string;
  /** The modal in which the gesture was made. */
  readonly viewId?: string;
}

/** Where the answers to one gesture go. */
export interface ResponseTarget {
  readonly userId: string;
  readonly channel: string;
  /** The message that was acted on; slash commands have none. */
  readonly messageTs?: string;
}

/** Trigger ids (3 s of wall time, single use) and response URLs (30 min of business time, 5 uses). */
export class Interactions {
  readonly #clock: Clock;
  readonly #wallNow: () => number;
  readonly #nextId: (prefix: string) => string;
  readonly #triggers = new Map<string, Trigger & { readonly mintedAt: number; isSpent: boolean }>();
  readonly #responses = new Map<string, ResponseTarget & { readonly mintedAt: number; uses: number }>();

  constructor(options: { clock: Clock; wallNow: () => number; nextId: (prefix: string) => string }) {
    this.#clock = options.clock;
    this.#wallNow = options.wallNow;
    this.#nextId = options.nextId;
  }

  mintTrigger(trigger: Trigger): string {
    const id = `${this.#nextId('trigger')}.trigger`;
    this.#triggers.set(id, { ...trigger, mintedAt: this.#wallNow(), isSpent: false });
    return id;
  }

  exchangeTrigger(id: unknown): Trigger {
    const trigger = this.#triggers.get(String(id));
    if (trigger === undefined) throw new SlackError('invalid_trigger_id');
    if (trigger.isSpent) throw new SlackError('exchanged_trigger_id');
    if (this.#wallNow() - trigger.mintedAt > TRIGGER_LIFE_MS) throw new SlackError('expired_trigger_id');
    trigger.isSpent = true;
    return trigger;
  }

  /** The path of a fresh response URL. */
  mintResponsePath(target: ResponseTarget): string {
    const id = this.#nextId('response');
    this.#responses.set(id, { ...target, mintedAt: this.#clock.now(), uses: 0 });
    return `/response/${id}`;
  }

  useResponse(id: string): ResponseTarget {
    const response = this.#responses.get(id);
    if (response === undefined) throw new SlackError('invalid_url', { status: 404 });
    if (this.#clock.now() - response.mintedAt > RESPONSE_URL_LIFE_MS) {
      throw new SlackError('expired_url', { status: 404 });
    }
    if (response.uses >= RESPONSE_URL_USES) throw new SlackError('used_url', { status: 404 });
    response.uses += 1;
    return response;
  }
}
