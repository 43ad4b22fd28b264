-- Channels that cannot be posted to, and what systems outside of Slack were told.

-- The channel that refused the message for good: it goes out again by itself when that channel takes messages.
ALTER TABLE outbox ADD COLUMN refused_by TEXT;

CREATE TABLE channel_troubles (
  id TEXT PRIMARY KEY,
  -- As policy names it.
  channel TEXT NOT NULL,
  problem TEXT NOT NULL,
  since_at BIGINT NOT NULL,
  ended_at BIGINT
);
CREATE UNIQUE INDEX channel_troubles_open ON channel_troubles (channel) WHERE ended_at IS NULL;

-- What a webhook's other side knows of an alert.
CREATE TABLE pages (
  target TEXT NOT NULL,
  alert_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  sent_at BIGINT NOT NULL,
  PRIMARY KEY (target, alert_id)
);

-- How each webhook and the heartbeat fare.
CREATE TABLE outlets (
  id TEXT PRIMARY KEY,
  sent_at BIGINT,
  failing_since BIGINT,
  problem TEXT
);
