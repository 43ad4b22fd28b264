import { memo } from 'react';
import type { JsonObject } from '../../../slack/json.ts';
import { BlockGuard } from './block-guard.tsx';
import { BlockView } from './block-view.tsx';
import { type BlockPlace, PlaceContext } from './target.ts';

/** The blocks of a message or a view, drawn one by one. */
export const BlockList = memo(function BlockList({
  blocks,
  place,
}: {
  blocks: readonly JsonObject[];
  place: BlockPlace;
}) {
  return (
    <PlaceContext value={place}>
      {blocks.map((block, index) => {
        const id = String(block['block_id'] ?? index);
        return (
          <div key={id} className="ks-block" data-block-id={id}>
            <BlockGuard key={JSON.stringify(block)} block={block}>
              <BlockView block={block} blockId={id} />
            </BlockGuard>
          </div>
        );
      })}
    </PlaceContext>
  );
});
