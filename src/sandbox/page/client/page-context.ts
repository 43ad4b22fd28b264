import { createContext, useContext } from 'react';
import type { PageChannel, PageCommand, PagePerson, WorkspaceSection } from '../protocol.ts';
import type { Orders } from './hooks/use-orders.ts';

/** What most parts of the page need: who looks, whom there is, and how to act. */
export interface Page {
  readonly person: string;
  readonly workspace: WorkspaceSection;
  readonly people: readonly PagePerson[];
  readonly channels: readonly PageChannel[];
  readonly commands: readonly PageCommand[];
  readonly orders: Orders;
  readonly fileUrl: (id: string) => string;
  readonly goTo: (place: Place) => void;
}

/** What is open: a channel, with a thread of it beside it, or the Home tab. */
export interface Place {
  readonly channel: string;
  readonly threadTs?: string;
}

export const PageContext = createContext<Page | null>(null);

/** The simulated minute. Apart, because it changes all the time. */
export const NowContext = createContext(0);

export function usePage(): Page {
  const page = useContext(PageContext);
  if (page === null) throw new Error('a part of the page was drawn outside of it');
  return page;
}

export function useNow(): number {
  return useContext(NowContext);
}
