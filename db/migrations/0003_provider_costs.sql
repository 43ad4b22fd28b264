-- What a day cost by the provider's own word beside what our prices say of it, and how far that has been read.

CREATE TABLE day_costs (
  connection_id TEXT NOT NULL,
  day_at BIGINT NOT NULL,
  -- Empty: outside of every scope.
  scope_id TEXT NOT NULL,
  -- Ours, 'nokey:…', 'unknown:<the provider's id>', or empty where the provider does not split a scope by key.
  key_id TEXT NOT NULL,
  -- Null: the provider says nothing of this key by itself.
  provider_micro_usd BIGINT,
  -- Null: our usage of that day is not read, or not to its end.
  own_micro_usd BIGINT,
  -- What of our figure is not from a listed price, and whether some usage has no price at all.
  estimated_micro_usd BIGINT NOT NULL,
  has_unpriced INTEGER NOT NULL,
  reconciled_at BIGINT NOT NULL,
  PRIMARY KEY (connection_id, day_at, scope_id, key_id)
);

CREATE TABLE cost_reads (
  connection_id TEXT PRIMARY KEY,
  availability TEXT NOT NULL,
  per_key INTEGER NOT NULL,
  read_at BIGINT,
  from_at BIGINT,
  until_at BIGINT,
  history_done INTEGER NOT NULL,
  settled_until BIGINT,
  failing_since BIGINT,
  problem TEXT
);
