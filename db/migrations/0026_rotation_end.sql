-- How a rotation goes back, and who has ticked what in an emergency.

ALTER TABLE rotations ADD COLUMN rollback_at BIGINT;
ALTER TABLE rotations ADD COLUMN rollback_by TEXT;
ALTER TABLE rotations ADD COLUMN rollback_reason TEXT;
CREATE INDEX rotations_closed ON rotations (closed_at);

CREATE TABLE rotation_checks (
  rotation_id TEXT NOT NULL REFERENCES rotations (id),
  item TEXT NOT NULL,
  done_by TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (rotation_id, item)
);
