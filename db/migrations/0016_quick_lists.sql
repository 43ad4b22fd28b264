-- What a key cost on a UTC day, kept with every write of usage: a month of minutes is too much to add up for a list.
CREATE TABLE usage_days (
  key_id TEXT NOT NULL,
  day_at BIGINT NOT NULL,
  cost_micro_usd BIGINT NOT NULL,
  PRIMARY KEY (key_id, day_at)
);

CREATE INDEX usage_days_day ON usage_days (day_at, key_id, cost_micro_usd);

INSERT INTO usage_days (key_id, day_at, cost_micro_usd)
SELECT key_id, (start_at / 86400000) * 86400000, SUM(cost_micro_usd) FROM usage GROUP BY 1, 2;

-- Grows with each transaction that changes what its name says: whoever remembers something knows when it is out of date.
CREATE TABLE revisions (
  name TEXT PRIMARY KEY,
  value BIGINT NOT NULL
);

INSERT INTO revisions (name, value) VALUES ('inventory', 1);

-- Whether a person decided about the owner, even that there is none: what is found out later does not undo that.
ALTER TABLE lineages ADD COLUMN owner_source TEXT NOT NULL DEFAULT 'found';

CREATE INDEX audit_subject ON audit (subject, seq);
