import { parseAmount } from '../../domain/amount.ts';
import type { FactColumn } from '../../domain/key-columns.ts';
import { environmentNamed, folded, userIdIn } from '../../domain/key-query.ts';
import { MICRO_USD_PER_USD } from '../../domain/money.ts';
import { type Policy, parsePromise } from '../../domain/policy.ts';
import type { Member } from '../../ports/store.ts';
import { CONSUMERS_MAX, type LineageChange } from '../inventory/change-lineage.ts';

export interface CellContext {
  readonly policy: Pick<Policy, 'retention' | 'currency' | 'caps'>;
  readonly people: People;
}

export type CellReading =
  | { readonly ok: true; readonly change: LineageChange }
  | { readonly ok: false; readonly why: string };

const EXACT_USD = /^\d{1,8}(?:\.\d{1,6})?$/;

/** What a cell says that differs from what is there; an empty one takes away what there was. */
export function readFact(column: FactColumn, text: string, context: CellContext): CellReading {
  return READERS[column](text.trim(), context);
}

const READERS: Readonly<Record<FactColumn, (text: string, context: CellContext) => CellReading>> = {
  owner: (text, { people }) => people.owner(text),
  environment: (text) => {
    const environment = environmentNamed(folded(text) || 'unknown');
    if (environment === undefined) return wrong('say production, staging, development or unknown.');
    return { ok: true, change: { environment } };
  },
  workload: (text) => ({ ok: true, change: { workload: text || null } }),
  cap: (text, { policy }) => {
    // Nobody says anything of it: policy's word holds. That there is none is the word none.
    if (text === '') return { ok: true, change: { capMicroUsd: null, capSource: null } };
    if (EXACT_USD.test(text)) {
      const capMicroUsd = Math.round(Number(text) * MICRO_USD_PER_USD);
      return capMicroUsd > 10_000_000 * MICRO_USD_PER_USD
        ? wrong('that is more than $10,000,000. Is a digit too many?')
        : { ok: true, change: imported(capMicroUsd) };
    }
    const amount = parseAmount(text, policy.currency);
    return amount.ok ? { ok: true, change: imported(amount.microUsd) } : wrong(amount.fault);
  },
  retention: (text, { policy }) => {
    const promise = parsePromise(text, policy);
    return promise.ok ? { ok: true, change: { retention: promise.retention } } : wrong(promise.fault);
  },
  allowed: (text) => ({ ok: true, change: { allowedModels: text === '' ? null : [text] } }),
  consumers: (text) => {
    const consumers = text.split(/[\n,;]+/).map((name) => name.trim());
    return consumers.length > CONSUMERS_MAX
      ? wrong(`at most ${CONSUMERS_MAX}, with semicolons between.`)
      : { ok: true, change: { consumers } };
  },
};

/** Finds people by what a sheet calls them: their e-mail address, their Slack id, or a name that nobody else has. */
export class People {
  readonly #byId = new Map<string, Member>();
  readonly #byName = new Map<string, readonly Member[]>();

  constructor(members: readonly Member[]) {
    for (const member of members) {
      this.#byId.set(member.userId, member);
      for (const name of new Set([folded(member.name), folded(member.email ?? '')].filter(Boolean)))
        this.#byName.set(name, [...(this.#byName.get(name) ?? []), member]);
    }
  }

  owner(text: string): CellReading {
    if (text === '') return { ok: true, change: { ownerSlackId: null } };
    const id = userIdIn(text);
    const known = id === null ? undefined : this.#byId.get(id);
    const found = known === undefined ? (this.#byName.get(folded(text.replace(/^@/, ''))) ?? []) : [known];
    const [person, ...others] = found.length > 1 ? found.filter((one) => one.isActiveFullMember) : found;
    if (person === undefined) return wrong('nobody in this Slack workspace is called so. Give the e-mail address.');
    if (others.length > 0) return wrong('several people are called so. Give the e-mail address or the Slack id.');
    if (!person.isActiveFullMember)
      return wrong('an owner has to be an active full member of this workspace, no guest and no bot.');
    return { ok: true, change: { ownerSlackId: person.userId } };
  }
}

function imported(capMicroUsd: number | null): LineageChange {
  return { capMicroUsd, capSource: 'import' };
}

function wrong(why: string): CellReading {
  return { ok: false, why };
}
