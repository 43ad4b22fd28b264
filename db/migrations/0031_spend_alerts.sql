-- Alerts that the providers themselves send about spend, as a second alarm.

CREATE TABLE spend_alerts (
  connection_id TEXT NOT NULL,
  -- Empty: the organization as a whole.
  provider_scope_id TEXT NOT NULL,
  -- Null until it has been answered once.
  availability TEXT,
  alerts TEXT,
  read_at BIGINT,
  asked_at BIGINT NOT NULL,
  PRIMARY KEY (connection_id, provider_scope_id)
);
