-- Many rotations together, by the calendar or because a person says so.

CREATE TABLE campaigns (
  id TEXT PRIMARY KEY,
  environment TEXT,
  filter TEXT NOT NULL,
  state TEXT NOT NULL,
  starts_at BIGINT NOT NULL,
  moved_from TEXT,
  moved_why TEXT,
  announced_at BIGINT,
  started_at BIGINT,
  started_by TEXT,
  late_ms BIGINT NOT NULL,
  due_at BIGINT,
  is_grouped INTEGER NOT NULL,
  closed_at BIGINT,
  closed_by TEXT,
  close_reason TEXT,
  report TEXT,
  revision INTEGER NOT NULL
);
-- Of an environment one is ahead and one is under way.
CREATE UNIQUE INDEX campaigns_ahead ON campaigns (environment) WHERE state IN ('planned', 'announced');
CREATE UNIQUE INDEX campaigns_running ON campaigns (environment) WHERE state = 'running';

CREATE TABLE campaign_members (
  campaign_id TEXT NOT NULL REFERENCES campaigns (id),
  lineage_id TEXT NOT NULL REFERENCES lineages (id),
  slug TEXT NOT NULL,
  key_id TEXT NOT NULL REFERENCES keys (id),
  owner_id TEXT,
  state TEXT NOT NULL,
  skip TEXT,
  rotation_id TEXT REFERENCES rotations (id),
  is_joined INTEGER NOT NULL,
  is_shown INTEGER NOT NULL,
  progress_at BIGINT,
  rung INTEGER NOT NULL,
  reminded INTEGER NOT NULL,
  remind_at BIGINT,
  blocks TEXT NOT NULL,
  PRIMARY KEY (campaign_id, lineage_id)
);
CREATE INDEX campaign_members_rotation ON campaign_members (rotation_id);
CREATE INDEX campaign_members_remind ON campaign_members (remind_at);
