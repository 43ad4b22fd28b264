import { createContext } from 'react';
import type { PageEntry, PageTarget } from '../../protocol.ts';
import type { Entries } from '../logic/form.ts';

/** Where a list of blocks stands; the rest of a click's target is the block and the element. */
export type BlockPlace = Pick<PageTarget, 'channel' | 'ts' | 'viewId' | 'home'>;

/** What a modal, or a message with inputs, keeps while the person fills it in. */
export interface FormHold {
  readonly values: Readonly<Record<string, unknown>>;
  readonly draft: Entries;
  readonly errors: Readonly<Record<string, string>>;
  readonly enter: (at: { blockId: string; actionId: string }, entry: PageEntry) => void;
}

export const PlaceContext = createContext<BlockPlace>({});

export const FormContext = createContext<FormHold>({ values: {}, draft: {}, errors: {}, enter: () => {} });
