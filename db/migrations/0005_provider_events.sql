-- What the providers' own audit logs tell, and how far each connection's log was read.

CREATE TABLE provider_events (
  -- Feeds are read again and again, and two admin keys may see the same one: the same event has the same id.
  id TEXT PRIMARY KEY,
  provider_id TEXT NOT NULL,
  connection_id TEXT NOT NULL,
  provider_event_id TEXT,
  at BIGINT NOT NULL,
  kind TEXT NOT NULL,
  provider_key_id TEXT,
  provider_scope_id TEXT,
  key_change TEXT,
  actor TEXT,
  detail TEXT NOT NULL,
  seen_at BIGINT NOT NULL
);
CREATE INDEX provider_events_at ON provider_events (provider_id, at);
CREATE INDEX provider_events_key ON provider_events (provider_id, provider_key_id, at);
CREATE INDEX provider_events_age ON provider_events (at);
CREATE INDEX provider_events_change ON provider_events (connection_id, at) WHERE key_change IS NOT NULL;

CREATE TABLE event_watermarks (
  connection_id TEXT PRIMARY KEY,
  availability TEXT,
  changed_at BIGINT NOT NULL,
  read_until BIGINT,
  newest_event_at BIGINT,
  not_before_at BIGINT,
  failing_since BIGINT,
  misses INTEGER NOT NULL,
  problem TEXT
);
