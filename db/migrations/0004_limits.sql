-- What bounds the spend of each scope, and acts that carry more than a key.

CREATE TABLE scope_limits (
  connection_id TEXT NOT NULL,
  provider_scope_id TEXT NOT NULL,
  -- Null until the limits have been read once.
  spend_availability TEXT,
  spend_monthly_micro_usd BIGINT,
  spend_enforcing INTEGER,
  rate_limits TEXT,
  models TEXT,
  revision INTEGER NOT NULL,
  read_at BIGINT,
  not_before_at BIGINT NOT NULL,
  cap_refused_at BIGINT,
  problem TEXT,
  PRIMARY KEY (connection_id, provider_scope_id)
);
CREATE INDEX keys_scope ON keys (provider_id, provider_scope_id);

ALTER TABLE actions ADD COLUMN params TEXT;
ALTER TABLE actions ADD COLUMN problem_code TEXT;
