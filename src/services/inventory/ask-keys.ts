import { type KeyQuery, parseKeyQuery } from '../../domain/key-query.ts';
import type { DisplayCurrency } from '../../domain/money.ts';
import type { CapRules } from '../../domain/own-cap.ts';
import { type KeySummary, type ListDeps, listAllKeys } from './list-keys.ts';
import { queryKeys } from './query-keys.ts';

export interface Question {
  /** As typed: `owner:me env:prod unused:>30d`. */
  readonly text: string;
  readonly currency: DisplayCurrency;
  /** Slack user id, for `owner:me`; null: nobody of Slack asks. */
  readonly askerId: string | null;
  /** What the examples in an error begin with. */
  readonly command?: string;
}

type AskDeps = ListDeps & { readonly policy: CapRules };

export interface Asked {
  readonly query: KeyQuery;
  readonly all: readonly KeySummary[];
  /** Those that fit, in the order that was asked for. */
  readonly keys: readonly KeySummary[];
}

/** Finds the keys that somebody asks for in words: the same in Slack, in Home and on the command line. */
export async function askKeys(deps: AskDeps, { text, ...reading }: Question): Promise<Asked> {
  const query = parseKeyQuery(text, reading);
  const all = await listAllKeys(deps);
  const names = query.owner?.kind === 'named' ? await namesOfPeople(deps) : undefined;
  const looking = { now: deps.clock.now(), policy: deps.policy, ...(names === undefined ? {} : { names }) };
  return { query, all, keys: queryKeys(all, query, looking) };
}

async function namesOfPeople({ store }: ListDeps): Promise<ReadonlyMap<string, readonly string[]>> {
  const members = await store.read.members.all();
  return new Map(members.map(({ userId, name, email }) => [userId, email === null ? [name] : [name, email]]));
}
