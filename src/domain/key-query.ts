import { parseAmount } from './amount.ts';
import { AppError } from './errors.ts';
import { globPattern } from './glob.ts';
import type { Environment, Key, KeyStatus } from './key.ts';
import type { DisplayCurrency } from './money.ts';
import { nearestName } from './nearest.ts';
import { parsePeriod } from './period.ts';

export const SORTS = ['name', 'spend', 'used', 'created', 'cap', 'owner', 'provider'] as const;
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
  /** The team's own cap, policy's included. */
  readonly cap: Bound | 'none' | null;
  /** Patterns of models called in the last 30 days; one of them is enough. */
  readonly models: readonly RegExp[];
  readonly workloads: readonly string[];
  readonly neverUsed: boolean;
  readonly watched: boolean | null;
  readonly kind: Key['kind'] | null;
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
  cap: null,
  models: [],
  workloads: [],
  neverUsed: false,
  watched: null,
  kind: null,
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
const YES_NO: Readonly<Record<string, boolean>> = Object.assign(Object.create(null), { yes: true, no: false });
const KINDS: Readonly<Record<string, Key['kind']>> = Object.assign(Object.create(null), {
  admin: 'admin',
  inference: 'inference',
});
const LIST = '/keys list';
const MODEL_MAX = 80;
const MODEL_STARS = 3;
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
  /** What examples begin with; `/keys list` where it is left out. */
  readonly command?: string;
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
  cap: {
    example: 'cap:none or cap:>500',
    read: (query, value, { currency }) => {
      const { atLeast, rest } = comparison(value);
      const amount = parseAmount(rest, currency);
      if (!amount.ok) return null;
      return { ...query, cap: amount.microUsd === null ? 'none' : { atLeast, value: amount.microUsd } };
    },
  },
  model: {
    example: 'model:gpt-5*',
    read: (query, value) => {
      const pattern = modelPattern(value);
      return pattern && { ...query, models: [...query.models, pattern] };
    },
  },
  workload: {
    example: 'workload:search or workload:none',
    read: (query, value) => ({ ...query, workloads: [...query.workloads, folded(value)] }),
  },
  used: {
    example: 'used:never',
    read: (query, value) => (value === 'never' ? { ...query, neverUsed: true } : null),
  },
  watched: {
    example: 'watched:no',
    read: (query, value) => {
      const watched = YES_NO[value];
      return watched === undefined ? null : { ...query, watched };
    },
  },
  kind: {
    example: 'kind:admin',
    read: (query, value) => {
      const kind = KINDS[value];
      return kind === undefined ? null : { ...query, kind };
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
  if (word === 'never-used') return { ...query, neverUsed: true };
  const colon = token.startsWith('<') ? -1 : token.indexOf(':');
  if (colon < 1) return { ...query, words: [...query.words, folded(token)] };
  const typed = word.slice(0, colon);
  const name = Object.hasOwn(ALIASES, typed) ? (ALIASES[typed] ?? typed) : typed;
  const filter = Object.hasOwn(FILTERS, name) ? FILTERS[name] : undefined;
  if (filter === undefined) throw unknownFilter(typed, reading);
  const read = colon === token.length - 1 ? null : filter.read(query, word.slice(colon + 1), reading);
  if (read === null) throw wrongValue(name, filter.example, reading);
  return read;
}

/** `prod` → `production`; undefined for any other word. */
export function environmentNamed(word: string): Environment | undefined {
  return Object.hasOwn(ENVIRONMENTS, word) ? ENVIRONMENTS[word] : undefined;
}

/** `suspended` → `inactive`; undefined for any other word. */
export function statusNamed(word: string): KeyStatus | undefined {
  return Object.hasOwn(STATUSES, word) ? STATUSES[word] : undefined;
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

/** Without a star a part of the name will do. Many stars would take long to try. */
function modelPattern(value: string): RegExp | null {
  const stars = value.split('*').length - 1;
  if (value.length > MODEL_MAX || stars > MODEL_STARS) return null;
  return globPattern(stars === 0 ? `*${value}*` : value);
}

function valuesOf<Value>(text: string, known: Readonly<Record<string, Value>>): readonly Value[] | null {
  const values = text.split(',').map((word) => (Object.hasOwn(known, word) ? known[word] : undefined));
  const found = values.filter((value) => value !== undefined);
  return found.length === values.length ? found : null;
}

function comparison(value: string): { readonly atLeast: boolean; readonly rest: string } {
  return { atLeast: !value.startsWith('<'), rest: value.replace(/^[<>]=?/, '') };
}

function unknownFilter(name: string, { command = LIST }: Reading): AppError {
  const nearest = nearestName(name, [...Object.keys(FILTERS), ...Object.keys(ALIASES)]);
  const filter = nearest === undefined ? undefined : FILTERS[ALIASES[nearest] ?? nearest];
  const hint =
    filter === undefined
      ? `There are ${Object.keys(FILTERS).join(', ')}; for instance \`${command} env:prod sort:spend\`.`
      : `Did you mean \`${nearest}\`, for instance \`${command} ${filter.example.split(' ')[0]}\`?`;
  return invalid(`There is no such filter. ${hint}`, `no filter ${name}`);
}

function wrongValue(name: string, example: string, { command = LIST }: Reading): AppError {
  return invalid(
    `That value of \`${name}\` is not understood. Try \`${command} ${example.split(' ')[0]}\`.`,
    `wrong ${name}`,
  );
}

function invalid(publicMessage: string, message: string): AppError {
  return new AppError({ code: 'invalid_input', message, publicMessage });
}
