-- A stop is proven by two facts: the provider shows it (confirmed_at), and usage stays zero (checked_until).
ALTER TABLE actions ADD COLUMN confirmed_at BIGINT;
ALTER TABLE actions ADD COLUMN checked_until BIGINT;
ALTER TABLE actions ADD COLUMN used_after_micro_usd BIGINT;
UPDATE actions SET confirmed_at = verified_at;
