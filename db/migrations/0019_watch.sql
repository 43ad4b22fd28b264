-- Since when a key cannot spend, as far as is known: whatever is used after that is used with a dead key.
ALTER TABLE keys ADD COLUMN stopped_at BIGINT;

UPDATE keys SET stopped_at = last_seen_at WHERE status IN ('inactive', 'archived', 'expired');

-- A key that was never seen alive was not seen to stop.
UPDATE keys SET stopped_at = gone_at WHERE status = 'gone' AND gone_at <> first_seen_at;

-- 0: it appeared and nobody had said that it would.
ALTER TABLE keys ADD COLUMN announced INTEGER NOT NULL DEFAULT 1;

-- JSON array of patterns; null: as policy says.
ALTER TABLE lineages ADD COLUMN allowed_models TEXT;

-- What was promised of the data; null: as policy says.
ALTER TABLE lineages ADD COLUMN retention TEXT;

-- What is told once: a finding that carries the same key again is not made again.
CREATE TABLE told (
  dedupe_key TEXT PRIMARY KEY,
  told_at BIGINT NOT NULL
);

CREATE INDEX told_at ON told (told_at);
