-- How far the provider's older usage has been read, and which connections see the same organization.

CREATE TABLE usage_history (
  connection_id TEXT PRIMARY KEY,
  from_at BIGINT NOT NULL,
  to_at BIGINT NOT NULL,
  state TEXT NOT NULL,
  problem TEXT,
  updated_at BIGINT NOT NULL
);

-- A scope belongs to one connection (scopes.connection_id); several may see it.
CREATE TABLE scope_sights (
  connection_id TEXT NOT NULL,
  provider_id TEXT NOT NULL,
  provider_scope_id TEXT NOT NULL,
  PRIMARY KEY (connection_id, provider_scope_id)
);
