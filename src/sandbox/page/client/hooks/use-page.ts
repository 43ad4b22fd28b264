import { useEffect, useMemo } from 'react';
import type { PageChannel } from '../../protocol.ts';
import type { Shown } from '../logic/sections.ts';
import type { Page, Place } from '../page-context.ts';
import type { Orders } from './use-orders.ts';

interface PageState {
  readonly person: string;
  readonly orders: Orders;
  readonly goTo: (place: Place) => void;
}

// Until it is told.
const NO_WORKSPACE = { name: '', groups: [] };

/** The same object until something in it changes: everything on the page hangs on it. */
export function usePageOf({ workspace, people, channels, commands }: Shown, { person, orders, goTo }: PageState): Page {
  return useMemo(
    () => ({
      person,
      workspace: workspace ?? NO_WORKSPACE,
      people: people ?? [],
      channels: channels ?? [],
      commands: commands ?? [],
      orders,
      fileUrl: (id) => `/sandbox/files/${encodeURIComponent(id)}?as=${encodeURIComponent(person)}`,
      goTo,
    }),
    [person, workspace, people, channels, commands, orders, goTo],
  );
}

/** The channel on the screen: the chosen one, or the first while it is not there for this person. */
export function channelAt(channels: readonly PageChannel[] | undefined, place: Place | null): PageChannel | undefined {
  return channels?.find(({ id }) => id === place?.channel) ?? channels?.[0];
}

/** Somebody this workspace does not know, or who takes no part, is exchanged for the first who does. */
export function usePart(shown: Shown, person: string, be: (id: string) => void): void {
  useEffect(() => {
    const parts = shown.people?.filter(({ part }) => part !== null) ?? [];
    const first = parts[0];
    if (first !== undefined && !parts.some(({ id }) => id === person)) be(first.id);
  }, [shown.people, person, be]);
}

/** The number of calls stands in the window's title, where another tab shows it. */
export function useTitle(calls: number): void {
  useEffect(() => {
    document.title = calls > 0 ? `(${calls}) Keysteward sandbox` : 'Keysteward sandbox';
  }, [calls]);
}
