import type { Alert } from '../../domain/alert.ts';
import type { Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';

/** `note`: something changed that the other side should know, such as the loss having doubled. */
export type PageKind = 'trigger' | 'acknowledge' | 'resolve' | 'note';

interface Context {
  readonly deps: Pick<Deps, 'clock' | 'ids'>;
  readonly tx: Repos;
}

/** Puts a page about the alert on the way to every webhook; without one nothing happens. */
export async function enqueuePages(_context: Context, _alert: Pick<Alert, 'id'>, _kind: PageKind): Promise<void> {}
