-- One key of a lineage replaced by another, step by step.

CREATE TABLE rotations (
  id TEXT PRIMARY KEY,
  lineage_id TEXT NOT NULL REFERENCES lineages (id),
  old_key_id TEXT NOT NULL REFERENCES keys (id),
  new_key_id TEXT REFERENCES keys (id),
  former_lineage_id TEXT REFERENCES lineages (id),
  alert_id TEXT REFERENCES alerts (id),
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  started_by TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  driver TEXT NOT NULL,
  closed_by TEXT,
  closed_at BIGINT,
  close_reason TEXT,
  revision INTEGER NOT NULL
);
-- Two people who start at once start one.
CREATE UNIQUE INDEX rotations_open ON rotations (lineage_id) WHERE state = 'open';
CREATE INDEX rotations_lineage ON rotations (lineage_id, started_at);

CREATE TABLE rotation_steps (
  rotation_id TEXT NOT NULL REFERENCES rotations (id),
  name TEXT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT,
  done_by TEXT,
  at BIGINT,
  revision INTEGER NOT NULL,
  PRIMARY KEY (rotation_id, name)
);
