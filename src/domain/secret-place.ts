/** Where the value of a lineage belongs: the first rule that matches its slug counts. */
export interface SecretRule {
  readonly match: string;
  readonly pattern: RegExp;
  /** Names one of `secretStores`. */
  readonly store: string;
  /** With its `{placeholders}`. */
  readonly reference: string;
}

/** A store as policy has it. Its credentials are not part of it. */
export interface SecretStoreEntry {
  readonly name: string;
  readonly kind: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Always there, so that a rule may name it; nothing is written to disk unless one does. */
export const LOCAL_STORE = { name: 'local', kind: 'file', settings: {} } as const satisfies SecretStoreEntry;

/** What a reference may be made of. */
export interface ReferenceFacts {
  readonly slug: string;
  readonly environment: string;
  /** The provider's id. */
  readonly provider: string;
}

interface SecretRules {
  readonly secrets: readonly SecretRule[];
}

export interface SecretPlace {
  readonly store: string;
  readonly reference: string;
}

const PLACEHOLDER = /\{([A-Za-z]+)\}/g;

/** Null: policy says nothing of this lineage, so a person keeps its value. */
export function secretPlaceOf(facts: ReferenceFacts, policy: SecretRules): SecretPlace | null {
  const rule = policy.secrets.find(({ pattern }) => pattern.test(facts.slug));
  return rule === undefined ? null : { store: rule.store, reference: fillReference(rule.reference, facts) };
}

/** `{slug}` as it is, `{SLUG}` as a variable's name: capitals and underscores. What is unknown stays as it stands. */
export function fillReference(reference: string, facts: ReferenceFacts): string {
  const values = new Map<string, string>();
  for (const [name, value] of Object.entries(facts)) {
    values.set(name, value).set(name.toUpperCase(), variableName(value));
  }
  return reference.replace(PLACEHOLDER, (whole, name: string) => values.get(name) ?? whole);
}

function variableName(text: string): string {
  return text.replace(/[^A-Za-z0-9]+/g, '_').toUpperCase();
}
