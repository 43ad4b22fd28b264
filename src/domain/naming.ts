import type { Environment } from './key.ts';

/** policy.yml's `naming`. */
export interface NamingPolicy {
  /** `<env>-<workload>[-<person>]` */
  readonly pattern: string;
  readonly requireOwner: boolean;
  /** Names that need not fit. */
  readonly exempt: readonly RegExp[];
}

export const NAME_PARTS = ['env', 'workload', 'person', 'team'] as const;
export type NamePart = (typeof NAME_PARTS)[number];

/** What a name says, part by part. */
export type NamedParts = Readonly<Partial<Record<NamePart, string>>>;

type KnownEnvironment = Exclude<Environment, 'unknown'>;

// The first is what a suggestion says.
const ENVIRONMENT_WORDS: Readonly<Record<KnownEnvironment, readonly string[]>> = {
  production: ['prod', 'production', 'prd', 'live'],
  staging: ['staging', 'stage', 'stg', 'preprod', 'uat', 'test', 'ci'],
  development: ['dev', 'development', 'sandbox', 'playground', 'local'],
};

const WORD = '[a-z0-9]+(?:[._][a-z0-9]+)*';
const PART: Readonly<Record<NamePart, string>> = {
  env: Object.values(ENVIRONMENT_WORDS).flat().join('|'),
  // A workload may be of several words; what follows it is one.
  workload: `${WORD}(?:-${WORD})*?`,
  person: WORD,
  team: WORD,
};
const TOKEN = /<([a-z]+)>|[[\]]|[a-z0-9._/-]/gy;

export interface Naming {
  /** Null: the name does not fit. */
  parse(name: string): NamedParts | null;
  /** A name of these parts; null where one is missing that may not be left out. */
  make(parts: NamedParts): string | null;
}

interface Node {
  readonly kind: 'text' | 'part' | 'group';
  readonly text: string;
  readonly nodes: readonly Node[];
}

// Of policy alone, which has one.
const compiled = new Map<string, Naming | null>();
const MOST_COMPILED = 16;

/** A pattern as policy writes it; null: it is none. Every pattern holds an environment and a workload. */
export function compileNaming(pattern: string): Naming | null {
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  const naming = compile(pattern);
  if (compiled.size >= MOST_COMPILED) compiled.clear();
  compiled.set(pattern, naming);
  return naming;
}

function compile(pattern: string): Naming | null {
  const nodes = parse(pattern);
  if (nodes === null) return null;
  const required = new Set(nodes.flatMap((node) => (node.kind === 'part' ? [node.text] : [])));
  if (!required.has('env') || !required.has('workload')) return null;
  const regexp = new RegExp(`^${sourceOf(nodes)}$`);
  return {
    parse: (name) => regexp.exec(name.trim().toLowerCase())?.groups ?? null,
    make: (parts) => fill(nodes, parts),
  };
}

/** What an environment is called in names; the one of a suggestion first. */
export function environmentWords(environment: KnownEnvironment): readonly string[] {
  return ENVIRONMENT_WORDS[environment];
}

export function environmentNamed(word: string): KnownEnvironment | null {
  const found = Object.entries(ENVIRONMENT_WORDS).find(([, words]) => words.includes(word));
  return (found?.[0] as KnownEnvironment | undefined) ?? null;
}

/** Every environment that a name has a word of. */
export function environmentsIn(name: string): readonly KnownEnvironment[] {
  const words = new Set(wordsOf(name));
  const all = Object.keys(ENVIRONMENT_WORDS) as KnownEnvironment[];
  return all.filter((environment) => ENVIRONMENT_WORDS[environment].some((word) => words.has(word)));
}

/** What is left of a name without its environment, as a workload; empty: nothing. */
export function workloadIn(name: string): string {
  return wordsOf(name)
    .filter((word) => environmentNamed(word) === null && word !== 'key' && word !== 'keys')
    .join('-');
}

export function wordsOf(name: string): readonly string[] {
  return (
    name
      .normalize('NFKD')
      .replace(/\p{M}+/gu, '')
      .toLowerCase()
      .match(/[a-z0-9]+/g) ?? []
  );
}

/** Null: no pattern. One level of groups: what may be left out holds nothing that may be left out. */
function parse(pattern: string): readonly Node[] | null {
  const nodes: Node[] = [];
  const seen = new Set<string>();
  let group: Node[] | null = null;
  let read = 0;
  for (const match of pattern.matchAll(TOKEN)) {
    read += match[0].length;
    const into: Node[] = group ?? nodes;
    const part = match[1];
    if (part !== undefined) {
      if (!isPart(part) || seen.has(part)) return null;
      seen.add(part);
      into.push({ kind: 'part', text: part, nodes: [] });
    } else if (match[0] === '[') {
      if (group !== null) return null;
      group = [];
    } else if (match[0] === ']') {
      if (group === null || !group.some(({ kind }) => kind === 'part')) return null;
      nodes.push({ kind: 'group', text: '', nodes: group });
      group = null;
    } else into.push({ kind: 'text', text: match[0], nodes: [] });
  }
  return read === pattern.length && group === null && nodes.length > 0 ? nodes : null;
}

function sourceOf(nodes: readonly Node[]): string {
  return nodes
    .map(({ kind, text, nodes: inner }) => {
      if (kind === 'group') return `(?:${sourceOf(inner)})?`;
      return kind === 'part' && isPart(text) ? `(?<${text}>${PART[text]})` : text.replace(/[.]/g, '\\$&');
    })
    .join('');
}

function fill(nodes: readonly Node[], parts: NamedParts): string | null {
  let name = '';
  for (const { kind, text, nodes: inner } of nodes) {
    const said = kind === 'part' && isPart(text) ? (parts[text] ?? null) : kind === 'group' ? fill(inner, parts) : text;
    if (said === null && kind !== 'group') return null;
    name += said ?? '';
  }
  return name;
}

function isPart(text: string): text is NamePart {
  return NAME_PARTS.some((part) => part === text);
}
