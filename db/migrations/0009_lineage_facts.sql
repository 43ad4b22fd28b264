-- What a team says of its keys, beyond what the provider lists. Owners known so far came from policy or the provider.
ALTER TABLE lineages ADD COLUMN owner_standing TEXT NOT NULL DEFAULT 'confirmed';
ALTER TABLE lineages ADD COLUMN workload TEXT;
ALTER TABLE lineages ADD COLUMN consumers TEXT NOT NULL DEFAULT '[]';
ALTER TABLE lineages ADD COLUMN cap_micro_usd BIGINT;
ALTER TABLE lineages ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
