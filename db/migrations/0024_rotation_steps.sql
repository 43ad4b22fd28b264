-- What a rotation has made, where it put it, and who has to read it anew.

CREATE TABLE rotation_secrets (
  rotation_id TEXT PRIMARY KEY,
  store TEXT NOT NULL,
  reference TEXT NOT NULL,
  former_version TEXT,
  former_fingerprint TEXT,
  seen_at BIGINT,
  create_began_at BIGINT,
  made_key_id TEXT,
  made_fingerprint TEXT,
  made_at BIGINT,
  attempts INTEGER NOT NULL DEFAULT 0,
  not_before_at BIGINT NOT NULL DEFAULT 0,
  problem TEXT
);

CREATE TABLE rotation_consumers (
  rotation_id TEXT NOT NULL,
  consumer TEXT NOT NULL,
  hook TEXT,
  state TEXT NOT NULL,
  request_id TEXT NOT NULL,
  run_ref TEXT,
  url TEXT,
  problem TEXT,
  done_by TEXT,
  at BIGINT,
  attempts INTEGER NOT NULL DEFAULT 0,
  not_before_at BIGINT NOT NULL DEFAULT 0,
  revision INTEGER NOT NULL DEFAULT 1,
  PRIMARY KEY (rotation_id, consumer)
);
CREATE INDEX rotation_consumers_state ON rotation_consumers (state, not_before_at);
