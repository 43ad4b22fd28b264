-- Folding old buckets asks for those of one width: without this it reads the whole table each hour.
CREATE INDEX usage_width ON usage (width_ms, start_at);
