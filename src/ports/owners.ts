import type { OwnerQuestion, OwnerSearch } from '../domain/owner-question.ts';

/** Who may read the keys of a project or workspace. */
export interface ScopeMember {
  readonly providerId: string;
  readonly scopeId: string;
  /** The provider's own id of the person. */
  readonly providerUserId: string;
  readonly name: string | null;
  readonly email: string | null;
}

export interface ScopeMemberRepo {
  /** Puts these in the place of all that this connection listed before. */
  replace(connectionId: string, members: readonly ScopeMember[]): Promise<void>;
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
  ofLineage(lineageId: string): Promise<readonly OwnerQuestion[]>;
  all(): Promise<readonly OwnerQuestion[]>;
}
