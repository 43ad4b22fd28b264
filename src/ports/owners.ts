import type { OwnerQuestion, OwnerSearch } from '../domain/owner-question.ts';

/** Who may read the keys of a project or workspace. */
export interface ScopeMember {
  readonly providerId: string;
  readonly scopeId: string;
  /** The provider's own id of the person. */
  readonly providerUserId: string;
  readonly name: string | null;
  readonly email: string | null;
  /** Not listed any more since then: the values of keys that they could read, they may still know. */
  readonly leftAt: number | null;
}

export interface ScopeMemberRepo {
  /** All that this connection lists now; who was listed before and is not any more has left. */
  replace(connectionId: string, members: readonly Omit<ScopeMember, 'leftAt'>[], now: number): Promise<void>;
  all(): Promise<readonly ScopeMember[]>;
}

export interface OwnerQuestionRepo {
  /** All searches for an owner that are under way. */
  searches(): Promise<readonly OwnerSearch[]>;
  putSearch(search: OwnerSearch): Promise<void>;
  endSearch(lineageId: string): Promise<void>;
  /** Of a key and a person there is one question, ever. */
  insert(question: OwnerQuestion): Promise<void>;
  update(question: OwnerQuestion): Promise<void>;
  get(lineageId: string, userId: string): Promise<OwnerQuestion | undefined>;
  ofAsk(askId: string): Promise<readonly OwnerQuestion[]>;
  ofUser(userId: string): Promise<readonly OwnerQuestion[]>;
  ofLineage(lineageId: string): Promise<readonly OwnerQuestion[]>;
  all(): Promise<readonly OwnerQuestion[]>;
}
