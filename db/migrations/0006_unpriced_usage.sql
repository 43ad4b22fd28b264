-- Usage without a known price is looked for after each poll; it is rare, so its index stays small.

CREATE INDEX usage_unpriced ON usage (connection_id, start_at) WHERE price_source IN ('sibling', 'unpriced');
