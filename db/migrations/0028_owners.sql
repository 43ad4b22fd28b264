-- Whose a key may be, who was asked, and what becomes of the keys of somebody who leaves.

-- Who may read the keys of a project or workspace, as its provider lists them.
CREATE TABLE scope_members (
  provider_id TEXT NOT NULL,
  provider_scope_id TEXT NOT NULL,
  provider_user_id TEXT NOT NULL,
  connection_id TEXT NOT NULL,
  name TEXT,
  email TEXT,
  left_at BIGINT,
  PRIMARY KEY (provider_id, provider_scope_id, provider_user_id)
);
CREATE INDEX scope_members_connection ON scope_members (connection_id);

ALTER TABLE members ADD COLUMN deactivated INTEGER NOT NULL DEFAULT 0;

CREATE TABLE owner_searches (
  lineage_id TEXT PRIMARY KEY REFERENCES lineages (id),
  began_at BIGINT NOT NULL,
  told_at BIGINT
);

CREATE TABLE owner_questions (
  lineage_id TEXT NOT NULL REFERENCES lineages (id),
  user_id TEXT NOT NULL,
  ask_id TEXT NOT NULL,
  evidence TEXT NOT NULL,
  asked_by TEXT,
  ask_at BIGINT NOT NULL,
  answer TEXT,
  answered_at BIGINT,
  PRIMARY KEY (lineage_id, user_id)
);
CREATE INDEX owner_questions_ask ON owner_questions (ask_id);
CREATE INDEX owner_questions_user ON owner_questions (user_id, ask_at);

CREATE TABLE departures (
  id TEXT PRIMARY KEY,
  person TEXT NOT NULL,
  user_id TEXT,
  name TEXT NOT NULL,
  email TEXT,
  cause TEXT NOT NULL,
  began_at BIGINT NOT NULL,
  began_by TEXT NOT NULL,
  returned_at BIGINT,
  closed_at BIGINT
);
-- Of a person one is open at a time.
CREATE UNIQUE INDEX departures_open ON departures (person) WHERE closed_at IS NULL;

CREATE TABLE departure_keys (
  departure_id TEXT NOT NULL REFERENCES departures (id),
  lineage_id TEXT NOT NULL REFERENCES lineages (id),
  key_id TEXT NOT NULL REFERENCES keys (id),
  tie TEXT NOT NULL,
  outcome TEXT,
  settled_by TEXT,
  settled_at BIGINT,
  PRIMARY KEY (departure_id, lineage_id)
);
CREATE INDEX departure_keys_lineage ON departure_keys (lineage_id);
