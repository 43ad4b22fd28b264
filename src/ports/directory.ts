import type { Person } from '../domain/authorise.ts';
import type { Member } from './store.ts';

/** The people of the workspace. */
export interface Directory {
  /** Looked up now, not remembered: a decision hangs on it. Throws when it cannot be looked up. */
  person(userId: string): Promise<Person>;
  /** The ids of a user group's people. Throws when it cannot be looked up. */
  groupMembers(groupId: string): Promise<readonly string[]>;
  /** All people, bots left out. */
  members(): Promise<readonly Omit<Member, 'lastSeenAt'>[]>;
}
