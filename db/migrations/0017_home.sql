-- People who have opened the Home tab, and what stands there. A rendering: what is lost of it is made again.
CREATE TABLE home_tabs (
  user_id TEXT PRIMARY KEY,
  opened_at BIGINT NOT NULL,
  -- Of the person's own keys, from 1.
  page BIGINT NOT NULL,
  published_at BIGINT,
  -- Of what was published.
  content_hash TEXT,
  -- Slack's own, of the view that stands there.
  view_hash TEXT
);

CREATE INDEX home_tabs_opened ON home_tabs (opened_at);

-- An installation that has a past knows its people: the first contact counts as made.
INSERT INTO notices (id, kind, subject, detail, opened_at, updated_at, closed_at)
SELECT 'notice_welcome', 'welcome', 'keysteward', '{"userId":null,"connections":[],"unowned":0,"stale":0,"spentMicroUsd":0}', 0, 0, 0
WHERE EXISTS (SELECT 1 FROM keys) OR EXISTS (SELECT 1 FROM watermarks) OR EXISTS (SELECT 1 FROM audit);
