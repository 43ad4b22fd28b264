-- How far a key without traffic has come on the way from a question to its end. One row per key.

CREATE TABLE stale_keys (
  key_id TEXT PRIMARY KEY REFERENCES keys (id),
  state TEXT NOT NULL,
  since_at BIGINT NOT NULL,
  asked_to TEXT,
  asked_at BIGINT,
  ask_round TEXT,
  proposed_at BIGINT,
  act_at BIGINT,
  proposal_round TEXT,
  deletable_by TEXT,
  kept_until BIGINT,
  kept_by TEXT,
  kept_reason TEXT,
  acted_at BIGINT,
  undo_until BIGINT,
  action_id TEXT,
  ended_why TEXT,
  ended_at BIGINT,
  revision BIGINT NOT NULL
);
CREATE INDEX stale_keys_state ON stale_keys (state);
CREATE INDEX stale_keys_asked ON stale_keys (ask_round);
CREATE INDEX stale_keys_proposed ON stale_keys (proposal_round);
