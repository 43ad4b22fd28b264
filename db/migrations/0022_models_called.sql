-- On which UTC day a key last called a model at an endpoint, kept with every write of usage: what a list shows and filters.
CREATE TABLE usage_models (
  key_id TEXT NOT NULL,
  model TEXT NOT NULL,
  endpoint TEXT NOT NULL,
  last_day_at BIGINT NOT NULL,
  PRIMARY KEY (key_id, model, endpoint)
);

INSERT INTO usage_models (key_id, model, endpoint, last_day_at)
SELECT key_id, model, endpoint, (MAX(start_at) / 86400000) * 86400000 FROM usage GROUP BY 1, 2, 3;
