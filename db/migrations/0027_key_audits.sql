-- A person goes through all keys once, step by step, over as many days as it takes.

CREATE TABLE key_audits (
  id TEXT PRIMARY KEY,
  state TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  started_by TEXT NOT NULL,
  closed_at BIGINT,
  closed_by TEXT,
  close_reason TEXT,
  steps TEXT NOT NULL,
  score_before INTEGER NOT NULL,
  score_after INTEGER,
  revision INTEGER NOT NULL
);
-- One is under way at a time.
CREATE UNIQUE INDEX key_audits_open ON key_audits (state) WHERE state = 'open';
