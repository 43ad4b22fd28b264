-- The schema that db/migrations make. Written by npm run db:dump, not by hand.

CREATE TABLE actions (
  id TEXT PRIMARY KEY,
  idempotency_key TEXT NOT NULL,
  kind TEXT NOT NULL,
  key_id TEXT NOT NULL REFERENCES keys (id),
  alert_id TEXT,
  requested_by TEXT NOT NULL,
  reason TEXT NOT NULL,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  not_before_at BIGINT NOT NULL,
  requested_at BIGINT NOT NULL,
  executed_at BIGINT,
  verified_at BIGINT,
  problem TEXT
, params TEXT, problem_code TEXT, consent TEXT, confirmed_at BIGINT, checked_until BIGINT, used_after_micro_usd BIGINT);

CREATE UNIQUE INDEX actions_idempotency ON actions (idempotency_key);

CREATE INDEX actions_key ON actions (key_id, requested_at);

CREATE TABLE alert_events (
  id TEXT PRIMARY KEY,
  alert_id TEXT NOT NULL REFERENCES alerts (id),
  at BIGINT NOT NULL,
  kind TEXT NOT NULL,
  actor TEXT NOT NULL,
  detail TEXT NOT NULL
);

CREATE INDEX alert_events_alert ON alert_events (alert_id, at);

CREATE TABLE alerts (
  id TEXT PRIMARY KEY,
  number INTEGER NOT NULL,
  lineage_id TEXT NOT NULL REFERENCES lineages (id),
  key_id TEXT,
  state TEXT NOT NULL,
  severity TEXT NOT NULL,
  detector_ids TEXT NOT NULL,
  headline TEXT NOT NULL,
  reason TEXT NOT NULL,
  evidence TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  opened_at BIGINT NOT NULL,
  last_finding_at BIGINT NOT NULL,
  lost_micro_usd BIGINT NOT NULL,
  data_until BIGINT NOT NULL,
  contained_at BIGINT,
  closed_at BIGINT,
  acknowledged_by TEXT,
  revision INTEGER NOT NULL
, per_key TEXT NOT NULL DEFAULT '{}', snoozed_until BIGINT, escalation TEXT, called TEXT NOT NULL DEFAULT '{"severity":null,"lossMicroUsd":0}', owner_ask TEXT, verdict TEXT, expected TEXT, test_of TEXT, roll_up TEXT);

CREATE INDEX alerts_lineage ON alerts (lineage_id, opened_at);

CREATE UNIQUE INDEX alerts_number ON alerts (number);

CREATE INDEX alerts_opened ON alerts (opened_at);

CREATE INDEX alerts_roll_up ON alerts (roll_up);

CREATE TABLE approvals (
  id TEXT PRIMARY KEY,
  idempotency_key TEXT NOT NULL,
  kind TEXT NOT NULL,
  key_id TEXT NOT NULL REFERENCES keys (id),
  generation BIGINT NOT NULL,
  params TEXT,
  alert_id TEXT,
  requested_by TEXT NOT NULL,
  reason TEXT NOT NULL,
  state TEXT NOT NULL,
  requested_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  decided_by TEXT,
  decided_at BIGINT,
  problem TEXT,
  action_id TEXT
);

CREATE INDEX approvals_due ON approvals (state, expires_at);

CREATE INDEX approvals_key ON approvals (key_id);

CREATE UNIQUE INDEX approvals_waiting ON approvals (idempotency_key) WHERE state = 'waiting';

CREATE TABLE audit (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  verb TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT NOT NULL,
  previous_hash TEXT NOT NULL,
  hash TEXT NOT NULL
);

CREATE INDEX audit_subject ON audit (subject, seq);

CREATE TABLE baselines (
  lineage_id TEXT PRIMARY KEY,
  computed_at BIGINT NOT NULL,
  until_at BIGINT NOT NULL,
  learned TEXT NOT NULL,
  revision BIGINT NOT NULL
);

CREATE INDEX baselines_revision ON baselines (revision);

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

CREATE INDEX campaign_members_remind ON campaign_members (remind_at);

CREATE INDEX campaign_members_rotation ON campaign_members (rotation_id);

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

CREATE UNIQUE INDEX campaigns_ahead ON campaigns (environment) WHERE state IN ('planned', 'announced');

CREATE UNIQUE INDEX campaigns_running ON campaigns (environment) WHERE state = 'running';

CREATE TABLE channel_troubles (
  id TEXT PRIMARY KEY,
  channel TEXT NOT NULL,
  problem TEXT NOT NULL,
  since_at BIGINT NOT NULL,
  ended_at BIGINT
);

CREATE UNIQUE INDEX channel_troubles_open ON channel_troubles (channel) WHERE ended_at IS NULL;

CREATE TABLE cost_reads (
  connection_id TEXT PRIMARY KEY,
  availability TEXT NOT NULL,
  per_key INTEGER NOT NULL,
  read_at BIGINT,
  from_at BIGINT,
  until_at BIGINT,
  history_done INTEGER NOT NULL,
  settled_until BIGINT,
  failing_since BIGINT,
  problem TEXT
);

CREATE TABLE day_costs (
  connection_id TEXT NOT NULL,
  day_at BIGINT NOT NULL,
  scope_id TEXT NOT NULL,
  key_id TEXT NOT NULL,
  provider_micro_usd BIGINT,
  own_micro_usd BIGINT,
  estimated_micro_usd BIGINT NOT NULL,
  has_unpriced INTEGER NOT NULL,
  reconciled_at BIGINT NOT NULL,
  PRIMARY KEY (connection_id, day_at, scope_id, key_id)
);

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

CREATE UNIQUE INDEX departures_open ON departures (person) WHERE closed_at IS NULL;

CREATE TABLE digests (
  week TEXT PRIMARY KEY,
  due_at BIGINT NOT NULL,
  made_at BIGINT NOT NULL,
  score INTEGER,
  score_version INTEGER,
  card TEXT
);

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

CREATE TABLE findings (
  id TEXT PRIMARY KEY,
  alert_id TEXT NOT NULL,
  detector_id TEXT NOT NULL,
  lineage_id TEXT NOT NULL REFERENCES lineages (id),
  key_id TEXT,
  severity TEXT NOT NULL,
  dedupe_key TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  observed_until BIGINT NOT NULL,
  cost_micro_usd BIGINT NOT NULL,
  evidence TEXT NOT NULL,
  found_at BIGINT NOT NULL
);

CREATE INDEX findings_alert ON findings (alert_id, found_at);

CREATE INDEX findings_detector ON findings (detector_id, found_at);

CREATE TABLE grants (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  target TEXT NOT NULL,
  key_id TEXT NOT NULL REFERENCES keys (id),
  alert_id TEXT,
  change TEXT NOT NULL,
  until_at BIGINT NOT NULL,
  granted_by TEXT NOT NULL,
  reason TEXT NOT NULL,
  granted_at BIGINT NOT NULL,
  action_id TEXT,
  restore_action_id TEXT,
  warned_at BIGINT,
  ended_at BIGINT,
  outcome TEXT
);

CREATE INDEX grants_open ON grants (until_at) WHERE ended_at IS NULL;

CREATE TABLE holds (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  lineage_id TEXT NOT NULL REFERENCES lineages (id),
  rule_id TEXT,
  ceiling_micro_usd BIGINT,
  held_by TEXT NOT NULL,
  reason TEXT NOT NULL,
  from_at BIGINT NOT NULL,
  until_at BIGINT NOT NULL,
  exceeded_at BIGINT,
  alert_id TEXT,
  ended_at BIGINT,
  ended_by TEXT
);

CREATE INDEX holds_lineage ON holds (lineage_id, until_at);

CREATE TABLE home_tabs (
  user_id TEXT PRIMARY KEY,
  opened_at BIGINT NOT NULL,
  page BIGINT NOT NULL,
  published_at BIGINT,
  content_hash TEXT,
  view_hash TEXT
);

CREATE INDEX home_tabs_opened ON home_tabs (opened_at);

CREATE TABLE installation (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
);

CREATE TABLE inventory_reads (
  connection_id TEXT PRIMARY KEY,
  read_at BIGINT,
  failing_since BIGINT,
  missed_reads INTEGER NOT NULL,
  problem TEXT
);

CREATE TABLE job_runs (
  id TEXT PRIMARY KEY,
  job TEXT NOT NULL,
  due_at BIGINT NOT NULL,
  started_at BIGINT NOT NULL,
  finished_at BIGINT,
  outcome TEXT NOT NULL,
  problem TEXT
);

CREATE INDEX job_runs_job ON job_runs (job, started_at);

CREATE TABLE key_audits (
  id TEXT PRIMARY KEY,
  state TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  started_by TEXT NOT NULL,
  closed_at BIGINT,
  closed_by TEXT,
  close_reason TEXT,
  steps TEXT NOT NULL,
  score_before INTEGER NOT NULL,
  score_after INTEGER,
  revision INTEGER NOT NULL
);

CREATE UNIQUE INDEX key_audits_open ON key_audits (state) WHERE state = 'open';

CREATE TABLE keys (
  id TEXT PRIMARY KEY,
  lineage_id TEXT NOT NULL REFERENCES lineages (id),
  connection_id TEXT NOT NULL,
  provider_id TEXT NOT NULL,
  provider_key_id TEXT NOT NULL,
  provider_scope_id TEXT,
  kind TEXT NOT NULL,
  label TEXT NOT NULL,
  hint TEXT,
  status TEXT NOT NULL,
  generation INTEGER NOT NULL,
  created_at BIGINT,
  last_used_at BIGINT,
  expires_at BIGINT,
  owner TEXT,
  first_seen_at BIGINT NOT NULL,
  last_seen_at BIGINT NOT NULL,
  gone_at BIGINT
, stopped_at BIGINT, announced INTEGER NOT NULL DEFAULT 1);

CREATE INDEX keys_lineage ON keys (lineage_id);

CREATE UNIQUE INDEX keys_provider ON keys (provider_id, provider_key_id);

CREATE INDEX keys_scope ON keys (provider_id, provider_scope_id);

CREATE TABLE lease (
  name TEXT PRIMARY KEY,
  holder TEXT NOT NULL,
  expires_at BIGINT NOT NULL
);

CREATE TABLE lineages (
  id TEXT PRIMARY KEY,
  slug TEXT NOT NULL,
  environment TEXT NOT NULL,
  owner_slack_id TEXT,
  created_at BIGINT NOT NULL
, owner_standing TEXT NOT NULL DEFAULT 'confirmed', workload TEXT, consumers TEXT NOT NULL DEFAULT '[]', cap_micro_usd BIGINT, revision INTEGER NOT NULL DEFAULT 1, owner_source TEXT NOT NULL DEFAULT 'found', allowed_models TEXT, retention TEXT, own_ratio BIGINT, own_ratio_by TEXT, own_ratio_at BIGINT, cap_source TEXT);

CREATE UNIQUE INDEX lineages_slug ON lineages (slug);

CREATE TABLE members (
  user_id TEXT PRIMARY KEY,
  team_id TEXT NOT NULL,
  name TEXT NOT NULL,
  email TEXT,
  timezone TEXT,
  active_full_member INTEGER NOT NULL,
  last_seen_at BIGINT NOT NULL
, deactivated INTEGER NOT NULL DEFAULT 0);

CREATE INDEX members_email ON members (email);

CREATE TABLE messages (
  kind TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  channel TEXT NOT NULL,
  ts TEXT NOT NULL,
  rendered_hash TEXT NOT NULL,
  posted_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (kind, subject_id)
);

CREATE INDEX messages_place ON messages (channel, ts);

CREATE TABLE notices (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT NOT NULL,
  opened_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  closed_at BIGINT
);

CREATE UNIQUE INDEX notices_open ON notices (kind, subject) WHERE closed_at IS NULL;

CREATE INDEX notices_subject ON notices (kind, subject);

CREATE TABLE outbox (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  thread_key TEXT NOT NULL,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  not_before_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  settled_at BIGINT,
  problem TEXT
, refused_by TEXT);

CREATE INDEX outbox_due ON outbox (state, not_before_at);

CREATE UNIQUE INDEX outbox_waiting ON outbox (kind, subject_id) WHERE state = 'pending';

CREATE TABLE outlets (
  id TEXT PRIMARY KEY,
  sent_at BIGINT,
  failing_since BIGINT,
  problem TEXT
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

CREATE TABLE owner_searches (
  lineage_id TEXT PRIMARY KEY REFERENCES lineages (id),
  began_at BIGINT NOT NULL,
  told_at BIGINT
);

CREATE TABLE pages (
  target TEXT NOT NULL,
  alert_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  sent_at BIGINT NOT NULL,
  PRIMARY KEY (target, alert_id)
);

CREATE TABLE poll_paces (
  connection_id TEXT PRIMARY KEY,
  attempted_at BIGINT NOT NULL,
  hot_until BIGINT,
  not_before_at BIGINT
);

CREATE TABLE provider_events (
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

CREATE INDEX provider_events_age ON provider_events (at);

CREATE INDEX provider_events_at ON provider_events (provider_id, at);

CREATE INDEX provider_events_change ON provider_events (connection_id, at) WHERE key_change IS NOT NULL;

CREATE INDEX provider_events_key ON provider_events (provider_id, provider_key_id, at);

CREATE TABLE quiet_findings (
  id TEXT PRIMARY KEY,
  lineage_id TEXT NOT NULL REFERENCES lineages (id),
  key_id TEXT,
  detector_id TEXT NOT NULL,
  severity TEXT NOT NULL,
  cause TEXT NOT NULL,
  held_back TEXT,
  hold_id TEXT,
  alert_id TEXT,
  headline TEXT NOT NULL,
  reason TEXT NOT NULL,
  evidence TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  observed_until BIGINT NOT NULL,
  cost_micro_usd BIGINT NOT NULL,
  first_found_at BIGINT NOT NULL,
  last_found_at BIGINT NOT NULL,
  times BIGINT NOT NULL
);

CREATE INDEX quiet_findings_found ON quiet_findings (last_found_at);

CREATE INDEX quiet_findings_lineage ON quiet_findings (lineage_id, last_found_at);

CREATE TABLE revisions (
  name TEXT PRIMARY KEY,
  value BIGINT NOT NULL
);

CREATE TABLE rotation_checks (
  rotation_id TEXT NOT NULL REFERENCES rotations (id),
  item TEXT NOT NULL,
  done_by TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (rotation_id, item)
);

CREATE TABLE rotation_consumers (
  rotation_id TEXT NOT NULL,
  consumer TEXT NOT NULL,
  hook TEXT,
  state TEXT NOT NULL,
  request_id TEXT NOT NULL,
  run_ref TEXT,
  url TEXT,
  problem TEXT,
  done_by TEXT,
  at BIGINT,
  attempts INTEGER NOT NULL DEFAULT 0,
  not_before_at BIGINT NOT NULL DEFAULT 0,
  revision INTEGER NOT NULL DEFAULT 1,
  PRIMARY KEY (rotation_id, consumer)
);

CREATE INDEX rotation_consumers_state ON rotation_consumers (state, not_before_at);

CREATE TABLE rotation_secrets (
  rotation_id TEXT PRIMARY KEY,
  store TEXT NOT NULL,
  reference TEXT NOT NULL,
  former_version TEXT,
  former_fingerprint TEXT,
  seen_at BIGINT,
  create_began_at BIGINT,
  made_key_id TEXT,
  made_fingerprint TEXT,
  made_at BIGINT,
  attempts INTEGER NOT NULL DEFAULT 0,
  not_before_at BIGINT NOT NULL DEFAULT 0,
  problem TEXT
);

CREATE TABLE rotation_steps (
  rotation_id TEXT NOT NULL REFERENCES rotations (id),
  name TEXT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT,
  done_by TEXT,
  at BIGINT,
  revision INTEGER NOT NULL, evidence TEXT,
  PRIMARY KEY (rotation_id, name)
);

CREATE TABLE rotations (
  id TEXT PRIMARY KEY,
  lineage_id TEXT NOT NULL REFERENCES lineages (id),
  old_key_id TEXT NOT NULL REFERENCES keys (id),
  new_key_id TEXT REFERENCES keys (id),
  former_lineage_id TEXT REFERENCES lineages (id),
  alert_id TEXT REFERENCES alerts (id),
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  started_by TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  driver TEXT NOT NULL,
  closed_by TEXT,
  closed_at BIGINT,
  close_reason TEXT,
  revision INTEGER NOT NULL
, kind TEXT NOT NULL DEFAULT 'planned', is_public INTEGER NOT NULL DEFAULT 0, is_automatic INTEGER NOT NULL DEFAULT 0, campaign_id TEXT, new_name TEXT, due_at BIGINT, paused_at BIGINT, paused_by TEXT, pause_reason TEXT, final_at BIGINT, rollback_at BIGINT, rollback_by TEXT, rollback_reason TEXT);

CREATE INDEX rotations_campaign ON rotations (campaign_id);

CREATE INDEX rotations_closed ON rotations (closed_at);

CREATE INDEX rotations_lineage ON rotations (lineage_id, started_at);

CREATE UNIQUE INDEX rotations_open ON rotations (lineage_id) WHERE state = 'open';

CREATE TABLE schema_migrations (name TEXT PRIMARY KEY, checksum TEXT NOT NULL);

CREATE TABLE scope_limits (
  connection_id TEXT NOT NULL,
  provider_scope_id TEXT NOT NULL,
  spend_availability TEXT,
  spend_monthly_micro_usd BIGINT,
  spend_enforcing INTEGER,
  rate_limits TEXT,
  models TEXT,
  revision INTEGER NOT NULL,
  read_at BIGINT,
  not_before_at BIGINT NOT NULL,
  cap_refused_at BIGINT,
  problem TEXT,
  PRIMARY KEY (connection_id, provider_scope_id)
);

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

CREATE TABLE scope_sights (
  connection_id TEXT NOT NULL,
  provider_id TEXT NOT NULL,
  provider_scope_id TEXT NOT NULL,
  PRIMARY KEY (connection_id, provider_scope_id)
);

CREATE TABLE scopes (
  id TEXT PRIMARY KEY,
  connection_id TEXT NOT NULL,
  provider_id TEXT NOT NULL,
  provider_scope_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  archived INTEGER NOT NULL,
  last_seen_at BIGINT NOT NULL
);

CREATE UNIQUE INDEX scopes_provider ON scopes (provider_id, provider_scope_id);

CREATE TABLE spend_alerts (
  connection_id TEXT NOT NULL,
  provider_scope_id TEXT NOT NULL,
  availability TEXT,
  alerts TEXT,
  read_at BIGINT,
  asked_at BIGINT NOT NULL,
  PRIMARY KEY (connection_id, provider_scope_id)
);

CREATE TABLE stale_keys (
  key_id TEXT PRIMARY KEY REFERENCES keys (id),
  state TEXT NOT NULL,
  since_at BIGINT NOT NULL,
  asked_to TEXT,
  asked_at BIGINT,
  ask_round TEXT,
  proposed_at BIGINT,
  act_at BIGINT,
  proposal_round TEXT,
  deletable_by TEXT,
  kept_until BIGINT,
  kept_by TEXT,
  kept_reason TEXT,
  acted_at BIGINT,
  undo_until BIGINT,
  action_id TEXT,
  ended_why TEXT,
  ended_at BIGINT,
  revision BIGINT NOT NULL
);

CREATE INDEX stale_keys_asked ON stale_keys (ask_round);

CREATE INDEX stale_keys_proposed ON stale_keys (proposal_round);

CREATE INDEX stale_keys_state ON stale_keys (state);

CREATE TABLE told (
  dedupe_key TEXT PRIMARY KEY,
  told_at BIGINT NOT NULL
);

CREATE INDEX told_at ON told (told_at);

CREATE TABLE usage (
  connection_id TEXT NOT NULL,
  key_id TEXT NOT NULL,
  model TEXT NOT NULL,
  endpoint TEXT NOT NULL,
  variant TEXT NOT NULL,
  width_ms BIGINT NOT NULL,
  start_at BIGINT NOT NULL,
  uncached_input BIGINT NOT NULL,
  cached_input BIGINT NOT NULL,
  cache_write_5m BIGINT NOT NULL,
  cache_write_1h BIGINT NOT NULL,
  output BIGINT NOT NULL,
  requests BIGINT,
  cost_micro_usd BIGINT NOT NULL,
  price_source TEXT NOT NULL,
  price_version TEXT NOT NULL,
  PRIMARY KEY (connection_id, start_at, width_ms, key_id, model, endpoint, variant)
);

CREATE INDEX usage_key ON usage (key_id, start_at);

CREATE INDEX usage_unpriced ON usage (connection_id, start_at) WHERE price_source IN ('sibling', 'unpriced');

CREATE INDEX usage_width ON usage (width_ms, start_at);

CREATE TABLE usage_days (
  key_id TEXT NOT NULL,
  day_at BIGINT NOT NULL,
  cost_micro_usd BIGINT NOT NULL,
  PRIMARY KEY (key_id, day_at)
);

CREATE INDEX usage_days_day ON usage_days (day_at, key_id, cost_micro_usd);

CREATE TABLE usage_history (
  connection_id TEXT PRIMARY KEY,
  from_at BIGINT NOT NULL,
  to_at BIGINT NOT NULL,
  state TEXT NOT NULL,
  problem TEXT,
  updated_at BIGINT NOT NULL
);

CREATE TABLE usage_lags (
  connection_id TEXT NOT NULL,
  at BIGINT NOT NULL,
  lag_ms BIGINT NOT NULL,
  PRIMARY KEY (connection_id, at)
);

CREATE INDEX usage_lags_at ON usage_lags (at);

CREATE TABLE usage_models (
  key_id TEXT NOT NULL,
  model TEXT NOT NULL,
  endpoint TEXT NOT NULL,
  last_day_at BIGINT NOT NULL,
  PRIMARY KEY (key_id, model, endpoint)
);

CREATE TABLE watermarks (
  connection_id TEXT PRIMARY KEY,
  polled_at BIGINT,
  newest_usage_at BIGINT,
  failing_since BIGINT,
  missed_polls INTEGER NOT NULL,
  problem TEXT
);
