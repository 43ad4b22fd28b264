-- What an alert goes through: snoozes, escalation, whom it called, what people said of it.
ALTER TABLE alerts ADD COLUMN per_key TEXT NOT NULL DEFAULT '{}';
ALTER TABLE alerts ADD COLUMN snoozed_until BIGINT;
ALTER TABLE alerts ADD COLUMN escalation TEXT;
ALTER TABLE alerts ADD COLUMN called TEXT NOT NULL DEFAULT '{"severity":null,"lossMicroUsd":0}';
ALTER TABLE alerts ADD COLUMN owner_ask TEXT;
ALTER TABLE alerts ADD COLUMN verdict TEXT;
ALTER TABLE alerts ADD COLUMN expected TEXT;
-- Set for tests of the whole path: they count nowhere.
ALTER TABLE alerts ADD COLUMN test_of TEXT;
-- What people were told before they were counted is not told again.
UPDATE alerts SET called = '{"severity":"critical","lossMicroUsd":' || lost_micro_usd || '}' WHERE state != 'resolved';
