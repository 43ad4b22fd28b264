-- The weekly digest as it was told, and how late usage arrives.

CREATE TABLE digests (
  week TEXT PRIMARY KEY,
  due_at BIGINT NOT NULL,
  made_at BIGINT NOT NULL,
  score INTEGER,
  score_version INTEGER,
  card TEXT
);

CREATE TABLE usage_lags (
  connection_id TEXT NOT NULL,
  at BIGINT NOT NULL,
  lag_ms BIGINT NOT NULL,
  PRIMARY KEY (connection_id, at)
);
CREATE INDEX usage_lags_at ON usage_lags (at);
