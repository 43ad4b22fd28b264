-- What a rotation is for, how it was proven, and what goes on by itself.

ALTER TABLE rotations ADD COLUMN kind TEXT NOT NULL DEFAULT 'planned';
ALTER TABLE rotations ADD COLUMN is_public INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rotations ADD COLUMN is_automatic INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rotations ADD COLUMN campaign_id TEXT;
ALTER TABLE rotations ADD COLUMN new_name TEXT;
ALTER TABLE rotations ADD COLUMN due_at BIGINT;
ALTER TABLE rotations ADD COLUMN paused_at BIGINT;
ALTER TABLE rotations ADD COLUMN paused_by TEXT;
ALTER TABLE rotations ADD COLUMN pause_reason TEXT;
ALTER TABLE rotations ADD COLUMN final_at BIGINT;
CREATE INDEX rotations_campaign ON rotations (campaign_id);

ALTER TABLE rotation_steps ADD COLUMN evidence TEXT;
