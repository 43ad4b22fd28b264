-- Acts that cannot be undone wait for a second person; what was agreed to stands with the action.

CREATE TABLE approvals (
  id TEXT PRIMARY KEY,
  -- What it is bound to, besides the params: the act, the key and its generation.
  idempotency_key TEXT NOT NULL,
  kind TEXT NOT NULL,
  key_id TEXT NOT NULL REFERENCES keys (id),
  generation BIGINT NOT NULL,
  params TEXT,
  alert_id TEXT,
  requested_by TEXT NOT NULL,
  reason TEXT NOT NULL,
  state TEXT NOT NULL,
  requested_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  decided_by TEXT,
  decided_at BIGINT,
  problem TEXT,
  action_id TEXT
);
CREATE UNIQUE INDEX approvals_waiting ON approvals (idempotency_key) WHERE state = 'waiting';
CREATE INDEX approvals_due ON approvals (state, expires_at);
CREATE INDEX approvals_key ON approvals (key_id);

-- JSON: who approved it, or why it was done alone; null where one person is enough.
ALTER TABLE actions ADD COLUMN consent TEXT;
-- How often somebody acted alone today.
CREATE INDEX notices_subject ON notices (kind, subject);
