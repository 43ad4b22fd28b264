import type { Person } from '../domain/authorise.ts';
import type { Member } from './store.ts';

/** A channel as far as it matters who reads along. */
export interface ChannelFacts {
  readonly id: string;
  readonly name: string;
  /** With another organization, or another one is invited. */
  readonly isShared: boolean;
}

/** The people of the workspace. */
export interface Directory {
  /** Looked up now, not remembered: a decision hangs on it. Throws when it cannot be looked up. */
  person(userId: string): Promise<Person>;
  /** The ids of a user group's people. Throws when it cannot be looked up. */
  groupMembers(groupId: string): Promise<readonly string[]>;
  /** `#name` or an id. Throws when it cannot be looked up. */
  channel(channel: string): Promise<ChannelFacts>;
  channelMembers(channelId: string): Promise<readonly string[]>;
  /** All people, bots left out. */
  members(): Promise<readonly Omit<Member, 'lastSeenAt'>[]>;
}
