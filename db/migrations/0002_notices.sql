-- Channel messages that are not alerts, and what the watching itself knows of each connection.

CREATE TABLE notices (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT NOT NULL,
  opened_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  closed_at BIGINT
);
-- One message per state: it is edited until the state ends.
CREATE UNIQUE INDEX notices_open ON notices (kind, subject) WHERE closed_at IS NULL;

CREATE TABLE inventory_reads (
  connection_id TEXT PRIMARY KEY,
  read_at BIGINT,
  failing_since BIGINT,
  missed_reads INTEGER NOT NULL,
  problem TEXT
);

CREATE TABLE poll_paces (
  connection_id TEXT PRIMARY KEY,
  attempted_at BIGINT NOT NULL,
  hot_until BIGINT,
  not_before_at BIGINT
);
