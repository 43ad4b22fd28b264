export interface ScopeMemberTable {
  provider_id: string;
  provider_scope_id: string;
  provider_user_id: string;
  connection_id: string;
  name: string | null;
  email: string | null;
  /** Not listed any more since then. */
  left_at: number | null;
}

export interface OwnerSearchTable {
  lineage_id: string;
  began_at: number;
  told_at: number | null;
}

export interface OwnerQuestionTable {
  lineage_id: string;
  user_id: string;
  ask_id: string;
  /** JSON array of Evidence. */
  evidence: string;
  asked_by: string | null;
  ask_at: number;
  answer: string | null;
  answered_at: number | null;
}

export interface DepartureTable {
  id: string;
  person: string;
  user_id: string | null;
  name: string;
  email: string | null;
  cause: string;
  began_at: number;
  began_by: string;
  returned_at: number | null;
  closed_at: number | null;
}

export interface DepartureKeyTable {
  departure_id: string;
  lineage_id: string;
  key_id: string;
  tie: string;
  outcome: string | null;
  settled_by: string | null;
  settled_at: number | null;
}
