-- What is usual for a lineage. The revision is the one of 'baselines' at the last write: whoever remembers baselines reads
-- again what is above the highest that it has seen.
CREATE TABLE baselines (
  lineage_id TEXT PRIMARY KEY,
  computed_at BIGINT NOT NULL,
  until_at BIGINT NOT NULL,
  -- JSON of Baseline.
  learned TEXT NOT NULL,
  revision BIGINT NOT NULL
);

CREATE INDEX baselines_revision ON baselines (revision);

INSERT INTO revisions (name, value) VALUES ('baselines', 0);

-- The factor that somebody picked for this lineage alone, in place of policy's; who and when.
ALTER TABLE lineages ADD COLUMN own_ratio BIGINT;
ALTER TABLE lineages ADD COLUMN own_ratio_by TEXT;
ALTER TABLE lineages ADD COLUMN own_ratio_at BIGINT;

-- A connection that was read before has no first report to come.
INSERT INTO notices (id, kind, subject, detail, opened_at, updated_at, closed_at)
SELECT 'notice_backtest_' || connection_id, 'backtest', connection_id, '{"connectionId":"","days":31,"replayed":0,"alerts":0,"calmerFactor":8,"calmerAlerts":0,"worst":[],"others":0}', 0, 0, 0
FROM watermarks WHERE polled_at IS NOT NULL;
