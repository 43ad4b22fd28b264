-- Who said what a lineage's own cap is: 'slack' or 'import'. Null: nobody did, and policy's rule holds.
ALTER TABLE lineages ADD COLUMN cap_source TEXT;

UPDATE lineages SET cap_source = 'slack' WHERE cap_micro_usd IS NOT NULL;
