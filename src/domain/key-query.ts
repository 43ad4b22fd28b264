import { parseAmount } from './amount.ts';
import { AppError } from './errors.ts';
import type { Environment, KeyStatus } from './key.ts';
import type { DisplayCurrency } from './money.ts';
import { nearestName } from './nearest.ts';
import { parsePeriod } from './period.ts';

export const SORTS = ['name', 'spend', 'used', 'created'] as const;
export type KeySort = (typeof SORTS)[number];

/** `atLeast` false: at most. */
export interface Bound {
  readonly atLeast: boolean;
  readonly value: number;
}

/** What a list of keys is narrowed to. Empty lists and nulls narrow nothing. */
export interface KeyQuery {
  /** `none`: nobody; a Slack user id; or a part of the name that the provider gives. */
  readonly owner: { readonly kind: 'none' } | { readonly kind: 'person' | 'named'; readonly value: string } | null;
  readonly environments: readonly Environment[];
  readonly statuses: readonly KeyStatus[];
  readonly providers: readonly string[];
  readonly scopes: readonly string[];
  readonly unusedMs: Bound | null;
  readonly spendMicroUsd: Bound | null;
  readonly sort: KeySort;
  /** All have to be in one of the key's names. */
  readonly words: readonly string[];
}

export const EVERY_KEY: KeyQuery = {
  owner: null,
  environments: [],
  statuses: [],
  providers: [],
  scopes: [],
  unusedMs: null,
  spendMicroUsd: null,
  sort: 'name',
  words: [],
};

const ENVIRONMENTS: Readonly<Record<string, Environment>> = {
  prod: 'production',
  production: 'production',
  live: 'production',
  stage: 'staging',
  staging: 'staging',
  dev: 'development',
  development: 'development',
  unknown: 'unknown',
};
const STATUSES: Readonly<Record<string, KeyStatus>> = {
  active: 'active',
  working: 'active',
  inactive: 'inactive',
  suspended: 'inactive',
  archived: 'archived',
  revoked: 'archived',
  expired: 'expired',
  gone: 'gone',
};

interface Reading {
  readonly currency: DisplayCurrency;
  /** Who asks, for `owner:me`. */
  readonly askerId: string | null;
}

interface Filter {
  readonly example: string;
  read(query: KeyQuery, value: string, reading: Reading): KeyQuery | null;
}

const FILTERS: Readonly<Record<string, Filter>> = {
  owner: {
    example: 'owner:@ana or owner:none',
    read: (query, value, { askerId }) => {
      if (['none', 'nobody', 'no'].includes(value)) return { ...query, owner: { kind: 'none' } };
      if (value === 'me') return askerId === null ? null : { ...query, owner: { kind: 'person', value: askerId } };
      const person = userIdIn(value);
      if (person !== null) return { ...query, owner: { kind: 'person', value: person } };
      return { ...query, owner: { kind: 'named', value: folded(value.replace(/^@/, '')) } };
    },
  },
  env: {
    example: 'env:prod',
    read: (query, value) => {
      const found = valuesOf(value, ENVIRONMENTS);
      return found && { ...query, environments: found };
    },
  },
  status: {
    example: 'status:active',
    read: (query, value) => {
      const found = valuesOf(value, STATUSES);
      return found && { ...query, statuses: found };
    },
  },
  provider: {
    example: 'provider:acme',
    read: (query, value) => ({ ...query, providers: [...query.providers, folded(value)] }),
  },
  scope: { example: 'scope:search', read: (query, value) => ({ ...query, scopes: [...query.scopes, folded(value)] }) },
  unused: {
    example: 'unused:>30d',
    read: (query, value) => {
      const { atLeast, rest } = comparison(value);
      const lengthMs = parsePeriod(rest);
      return lengthMs === null ? null : { ...query, unusedMs: { atLeast, value: lengthMs } };
    },
  },
  spend: {
    example: 'spend:>100',
    read: (query, value, { currency }) => {
      const { atLeast, rest } = comparison(value);
      const amount = parseAmount(rest, currency);
      if (!amount.ok || amount.microUsd === null) return null;
      return { ...query, spendMicroUsd: { atLeast, value: amount.microUsd } };
    },
  },
  sort: {
    example: 'sort:spend',
    read: (query, value) => {
      const sort = SORTS.find((one) => one === value);
      return sort === undefined ? null : { ...query, sort };
    },
  },
};
const ALIASES: Readonly<Record<string, string>> = { environment: 'env', project: 'scope', workspace: 'scope' };

/** `owner:none env:prod unused:>30d sort:spend web` → what to look for. Throws a sentence with the nearest and an example. */
export function parseKeyQuery(text: string, reading: Reading): KeyQuery {
  let query = EVERY_KEY;
  for (const token of tokensOf(text)) query = withToken(query, token, reading);
  return query;
}

function withToken(query: KeyQuery, token: string, reading: Reading): KeyQuery {
  const word = token.toLowerCase();
  if (word === 'unowned') return { ...query, owner: { kind: 'none' } };
  const colon = token.startsWith('<') ? -1 : token.indexOf(':');
  if (colon < 1) return { ...query, words: [...query.words, folded(token)] };
  const typed = word.slice(0, colon);
  const name = Object.hasOwn(ALIASES, typed) ? (ALIASES[typed] ?? typed) : typed;
  const filter = Object.hasOwn(FILTERS, name) ? FILTERS[name] : undefined;
  if (filter === undefined) throw unknownFilter(typed);
  const read = colon === token.length - 1 ? null : filter.read(query, word.slice(colon + 1), reading);
  if (read === null) throw wrongValue(name, filter.example);
  return read;
}

/** For comparing names as people do: without case, accents and what cannot be seen. */
export function folded(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/[\p{M}\p{Cf}]+/gu, '')
    .toLowerCase()
    .trim();
}

/** `<@U123|ana>` → `U123`; also the bare id. */
export function userIdIn(text: string): string | null {
  return (
    /^(?:<@([uw][a-z0-9]{2,})(?:\|[^>]*)?>|([uw][a-z0-9]{6,}))$/i
      .exec(text.trim())
      ?.slice(1)
      .find(Boolean)
      ?.toUpperCase() ?? null
  );
}

/** Words, with what is in quotation marks as one. */
function tokensOf(text: string): readonly string[] {
  const quoted = /(?:[^\s"“”]+:)?["“”][^"“”]*["“”]|<[^>]*>|\S+/g;
  return (text.match(quoted) ?? []).map((token) => token.replace(/["“”]/g, '')).filter((token) => token !== '');
}

function valuesOf<Value>(text: string, known: Readonly<Record<string, Value>>): readonly Value[] | null {
  const values = text.split(',').map((word) => (Object.hasOwn(known, word) ? known[word] : undefined));
  const found = values.filter((value) => value !== undefined);
  return found.length === values.length ? found : null;
}

function comparison(value: string): { readonly atLeast: boolean; readonly rest: string } {
  return { atLeast: !value.startsWith('<'), rest: value.replace(/^[<>]=?/, '') };
}

function unknownFilter(name: string): AppError {
  const nearest = nearestName(name, [...Object.keys(FILTERS), ...Object.keys(ALIASES)]);
  const filter = nearest === undefined ? undefined : FILTERS[ALIASES[nearest] ?? nearest];
  const hint =
    filter === undefined
      ? `There are ${Object.keys(FILTERS).join(', ')}; for instance \`/keys list env:prod sort:spend\`.`
      : `Did you mean \`${nearest}\`, for instance \`/keys list ${filter.example.split(' ')[0]}\`?`;
  return invalid(`There is no such filter. ${hint}`, `no filter ${name}`);
}

function wrongValue(name: string, example: string): AppError {
  return invalid(
    `That value of \`${name}\` is not understood. Try \`/keys list ${example.split(' ')[0]}\`.`,
    `wrong ${name}`,
  );
}

function invalid(publicMessage: string, message: string): AppError {
  return new AppError({ code: 'invalid_input', message, publicMessage });
}
