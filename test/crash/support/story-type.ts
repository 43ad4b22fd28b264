import type { Message, WorkspaceSeed } from '../../../src/sandbox/slack/index.ts';
import type { ProviderId, Scenario, World } from '../../../src/sandbox/world/index.ts';
import type { LeakPlan } from '../../../src/sandbox/world/types.ts';
import type { ObservedConsumer } from './consumer.ts';
import type { KillPoint } from './gate.ts';
import type { Hands } from './hands.ts';

/** What can be seen when nothing is in flight. */
export interface Seen {
  readonly now: number;
  readonly world: World;
  /** The consumer of the key that is rotated. */
  readonly consumer: ObservedConsumer | undefined;
  /** The message about the alert, as the channel shows it. */
  readonly alert: Message | undefined;
  /** That message and its replies, as text. */
  readonly thread: readonly string[];
  /** The newest message about a thing of this kind (`alert`, `approval`, `rotation`), and its replies. */
  about(kind: string): readonly Message[];
  /** What the bot has written to one person alone. */
  directTo(userId: string): readonly Message[];
  textOf(message: Message | undefined): string;
}

/** Something that a person does at a time. */
export interface Step {
  readonly name: string;
  readonly at: number;
  act(hands: Hands, seen: Seen): Promise<void>;
  /** Whether its result can be seen. While it cannot, the person does it again after a restart. */
  isDone(seen: Seen): boolean;
}

export interface Story {
  /** Begins the names of its kill points; empty for the main one. */
  readonly name: string;
  /** Where the world begins; the database is made from here to `from`, once. */
  readonly startAt: number;
  /** Where each run begins. */
  readonly from: number;
  readonly until: number;
  readonly leak?: LeakPlan;
  /** Of the scope of the key that leaks, at the provider, a month; not given: caps are closed to the organization. */
  readonly capUsd?: number;
  /** A key of this provider is rotated; its value lies in the secret store `local`, where its consumer reads it. */
  readonly rotated?: { readonly provider: ProviderId; readonly keyName: string };
  /** Whether webhooks are configured. */
  readonly outlets?: boolean;
  /** `{deploy}` stands for the address of the deploy hook. */
  readonly policy: string;
  readonly workspace?: WorkspaceSeed;
  /** Where the bot cannot look its messages up: one may come twice then, if it says that it may be a repeat. */
  readonly mayRepeat?: boolean;
  /** The points that this story is told for; all, if not given. */
  readonly points?: (point: KillPoint) => boolean;
  /** In order: the next one begins when the one before is done. */
  readonly steps: readonly Step[];
}

export function scenarioOf({ startAt, until, leak }: Story): Scenario {
  return {
    id: 'crash',
    title: 'A leak that the app dies over',
    startAt,
    endsAt: until,
    pollMinutes: 60,
    leaks: () => (leak === undefined ? [] : [leak]),
  };
}
