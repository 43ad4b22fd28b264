import { z } from 'zod';
import { globPattern } from '../domain/glob.ts';
import { nearestName } from '../domain/nearest.ts';
import type { Policy } from '../domain/policy.ts';
import { fillReference, LOCAL_STORE, type SecretStoreEntry } from '../domain/secret-place.ts';
import type { SecretStoreDefinition } from '../ports/secret-store.ts';
import type { Fault } from './faults.ts';
import { PLUGIN_NAME, PLUGIN_NAME_ADVICE } from './plugin-credentials.ts';
import { issueFaults, unknownKeyFaults } from './policy-faults.ts';
import type { Place } from './yaml-source.ts';

/** What configuration needs to know of a kind of store; a part of its definition. */
export type SecretStoreNames = Pick<
  SecretStoreDefinition,
  'id' | 'title' | 'settings' | 'credentials' | 'missing' | 'reference'
>;

// Stands in for what each lineage fills in, in the forms that slugs and ids really have.
const SAMPLE = { slug: 'a-b', environment: 'production', provider: 'a-b' } as const;
const LEFT_OVER = /\{[^}]*\}/;

const rule = z.strictObject({
  match: z.string().min(1).describe("a name, or a pattern in quotes such as '*-ci' (* is any text)"),
  store: z.string().min(1).describe('the name of one of secret_stores, or local'),
  reference: z
    .string()
    .min(1)
    .optional()
    .describe(
      "a place in the store, in quotes, such as 'ai/{slug}#OPENAI_API_KEY'; docs/secret-stores.md has each form",
    ),
});

/** The two sections of the file. What each kind of store knows more of its own settings is checked by `readSecretStores`. */
export const secretStoreSections = {
  secret_stores: z
    .record(z.string(), z.looseObject({ kind: z.string().min(1).describe('a kind of store such as vault') }))
    .default({})
    .describe("stores by their names: main: { kind: vault, address: 'https://vault.example:8200' }"),
  secrets: z
    .array(rule)
    .default([])
    .describe("a list of rules: - { match: 'prod-*', store: main, reference: 'ai/{slug}#OPENAI_API_KEY' }"),
};

interface Sections {
  readonly secret_stores: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly secrets: readonly z.output<typeof rule>[];
}

export interface SecretStoresInput {
  readonly sections: Sections;
  /** Undefined where nobody needs the stores: their own settings and references are then taken as they stand. */
  readonly kinds: readonly SecretStoreNames[] | undefined;
  readonly place: Place;
}

export interface SecretStoresRead extends Pick<Policy, 'secretStores' | 'secrets'> {
  readonly faults: readonly Fault[];
}

/** Stores and rules in our units, with every fault that only shows when they are seen together. */
export function readSecretStores({ sections, kinds, place }: SecretStoresInput): SecretStoresRead {
  const given = Object.entries(sections.secret_stores).map(([name, section]) => entryOf(name, section));
  const secretStores = given.some(({ name }) => name === LOCAL_STORE.name) ? given : [...given, LOCAL_STORE];
  const secrets = sections.secrets.map(({ match, store, reference }) => {
    const usual = usualReference(kinds, secretStores.find(({ name }) => name === store)?.kind);
    return { match, pattern: globPattern(match), store, reference: reference ?? usual ?? '' };
  });
  const faults = [
    ...given.flatMap((entry) => entryFaults(entry, kinds, place)),
    ...secrets.flatMap((one, index) => ruleFaults({ ...one, index }, { secretStores, kinds, place })),
  ];
  return { secretStores, secrets, faults };
}

function entryOf(name: string, { kind, ...settings }: Readonly<Record<string, unknown>>): SecretStoreEntry {
  return { name, kind: String(kind), settings };
}

function usualReference(kinds: SecretStoresInput['kinds'], kind: string | undefined): string | undefined {
  return kinds?.find(({ id }) => id === kind)?.reference.usual;
}

function entryFaults({ name, kind, settings }: SecretStoreEntry, kinds: SecretStoresInput['kinds'], place: Place) {
  const path = ['secret_stores', name];
  const named = PLUGIN_NAME.test(name)
    ? []
    : [
        {
          where: place(path),
          problem: 'is not a name that variables can be made of',
          fix: `Write ${PLUGIN_NAME_ADVICE}.`,
        },
      ];
  if (kinds === undefined) return named;
  const definition = kinds.find(({ id }) => id === kind);
  if (definition === undefined) return [...named, unknownKind(place([...path, 'kind']), kind, kinds)];
  const below: Place = (rest) => place([...path, ...rest]);
  const schema = definition.settings;
  const parsed = schema.safeParse(settings);
  const issues = parsed.success
    ? []
    : issueFaults({ issues: parsed.error.issues, schema, raw: settings, place: below });
  return [...named, ...unknownKeyFaults(schema, settings, below), ...issues];
}

function unknownKind(where: string, kind: string, kinds: readonly SecretStoreNames[]): Fault {
  const ids = kinds.map(({ id }) => id);
  const meant = nearestName(kind, ids);
  const fix = meant === undefined ? `Write one of ${ids.join(', ')}.` : `Did you mean ${meant}?`;
  return { where, problem: 'is not a kind of store that Keysteward knows', fix };
}

interface RuleAt {
  readonly index: number;
  readonly store: string;
  readonly reference: string;
}

interface Known {
  readonly secretStores: readonly SecretStoreEntry[];
  readonly kinds: SecretStoresInput['kinds'];
  readonly place: Place;
}

function ruleFaults({ index, store, reference }: RuleAt, { secretStores, kinds, place }: Known): readonly Fault[] {
  const path = ['secrets', index];
  const entry = secretStores.find(({ name }) => name === store);
  if (entry === undefined) {
    const names = secretStores.map(({ name }) => name);
    const meant = nearestName(store, names);
    const fix = meant === undefined ? `Write one of ${names.join(', ')}.` : `Did you mean ${meant}?`;
    return [{ where: place([...path, 'store']), problem: 'names no store under secret_stores', fix }];
  }
  const where = place([...path, 'reference']);
  const definition = kinds?.find(({ id }) => id === entry.kind);
  if (definition === undefined) return [];
  const advice = `Write ${definition.reference.advice}.`;
  if (reference === '') return [{ where, problem: 'is missing', fix: advice }];
  const filled = fillReference(reference, SAMPLE);
  if (LEFT_OVER.test(filled)) {
    const fix = 'Write {slug}, {environment} or {provider}, or the same in capitals for the name of a variable.';
    return [{ where, problem: 'has a placeholder that is not known', fix }];
  }
  const problem = `is not a reference of ${definition.title}`;
  return definition.reference.pattern.test(filled) ? [] : [{ where, problem, fix: advice }];
}
