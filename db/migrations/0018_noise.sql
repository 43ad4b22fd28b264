-- What a person has quieted for a time: `expect` is a window in which a lineage may spend so much, `mute` is one rule.
CREATE TABLE holds (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  lineage_id TEXT NOT NULL REFERENCES lineages (id),
  -- Of a mute.
  rule_id TEXT,
  -- Of a window: all that may be spent in it.
  ceiling_micro_usd BIGINT,
  held_by TEXT NOT NULL,
  reason TEXT NOT NULL,
  from_at BIGINT NOT NULL,
  until_at BIGINT NOT NULL,
  exceeded_at BIGINT,
  -- What told of it.
  alert_id TEXT,
  ended_at BIGINT,
  ended_by TEXT
);

CREATE INDEX holds_lineage ON holds (lineage_id, until_at);

-- What was found and told nobody at once, one row for as long as the same goes on.
CREATE TABLE quiet_findings (
  id TEXT PRIMARY KEY,
  lineage_id TEXT NOT NULL REFERENCES lineages (id),
  key_id TEXT,
  detector_id TEXT NOT NULL,
  -- What it would have been.
  severity TEXT NOT NULL,
  cause TEXT NOT NULL,
  -- In a sentence, where the cause is a judgement.
  held_back TEXT,
  hold_id TEXT,
  -- The alert that it belongs to, or became.
  alert_id TEXT,
  headline TEXT NOT NULL,
  reason TEXT NOT NULL,
  evidence TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  observed_until BIGINT NOT NULL,
  cost_micro_usd BIGINT NOT NULL,
  first_found_at BIGINT NOT NULL,
  last_found_at BIGINT NOT NULL,
  times BIGINT NOT NULL
);

CREATE INDEX quiet_findings_lineage ON quiet_findings (lineage_id, last_found_at);
CREATE INDEX quiet_findings_found ON quiet_findings (last_found_at);

-- The day on whose roll-up it is told instead of in a message of its own.
ALTER TABLE alerts ADD COLUMN roll_up TEXT;
CREATE INDEX alerts_roll_up ON alerts (roll_up);
CREATE INDEX alerts_opened ON alerts (opened_at);
