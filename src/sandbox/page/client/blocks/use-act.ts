import { useCallback, useContext, useState } from 'react';
import type { PageEntry } from '../../protocol.ts';
import { usePage } from '../page-context.ts';
import { PlaceContext } from './target.ts';

/** Clicks an element of this list of blocks; one at a time. */
export function useAct(blockId: string): {
  readonly isBusy: boolean;
  readonly act: (actionId: string, option?: PageEntry) => Promise<void>;
} {
  const { orders } = usePage();
  const place = useContext(PlaceContext);
  const [isBusy, setIsBusy] = useState(false);
  const act = useCallback(
    async (actionId: string, option?: PageEntry) => {
      setIsBusy(true);
      await orders.gesture({ kind: 'click', ...place, blockId, actionId, ...(option === undefined ? {} : { option }) });
      setIsBusy(false);
    },
    [orders, place, blockId],
  );
  return { isBusy, act };
}
