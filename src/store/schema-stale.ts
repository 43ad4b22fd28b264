export interface StaleKeyTable {
  key_id: string;
  state: string;
  since_at: number;
  asked_to: string | null;
  asked_at: number | null;
  ask_round: string | null;
  proposed_at: number | null;
  act_at: number | null;
  proposal_round: string | null;
  deletable_by: string | null;
  kept_until: number | null;
  kept_by: string | null;
  kept_reason: string | null;
  acted_at: number | null;
  undo_until: number | null;
  action_id: string | null;
  ended_why: string | null;
  ended_at: number | null;
  revision: number;
}
