-- Limits that were changed for a time: what stood there before, until when, and what became of it.
CREATE TABLE grants (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  target TEXT NOT NULL,
  key_id TEXT NOT NULL REFERENCES keys (id),
  alert_id TEXT,
  change TEXT NOT NULL,
  until_at BIGINT NOT NULL,
  granted_by TEXT NOT NULL,
  reason TEXT NOT NULL,
  granted_at BIGINT NOT NULL,
  action_id TEXT,
  restore_action_id TEXT,
  warned_at BIGINT,
  ended_at BIGINT,
  outcome TEXT
);

CREATE INDEX grants_open ON grants (until_at) WHERE ended_at IS NULL;

-- What was told of caps this month is asked for at each look.
CREATE INDEX findings_detector ON findings (detector_id, found_at);
