import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from './source.ts';

export interface Document {
  readonly path: string;
  readonly text: string;
}

/** What a document's paths are held against: true for a path of the repository. */
export interface Paths {
  exists(path: string): boolean;
  hasFileNamed(name: string): boolean;
}

/** Made by the reader or by a command, so a document may cite them although they are not in the repository. */
const MADE_LATER = new Set(['policy.yml', '.env', 'keysteward.db', 'keysteward.secret']);
const MADE_LATER_FOLDERS = /^(dist|data|test-output|node_modules|coverage)(\/|$)/;
const FILE_NAME = /^[\w.*-]+\.(ts|tsx|mjs|js|json|ya?ml|md|sql)$/;
const DOT_FILES = /^\.(env|ci|npmrc|dockerignore|gitignore)(\b|\/|$)/;
const MAX_LINES: readonly (readonly [RegExp, number])[] = [
  [/^docs\/adr\//, 40],
  [/^docs\/architecture\.md$/, 120],
];

export function readDocuments(): readonly Document[] {
  const inDocs = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).map((name) => `docs/${name}`);
  return ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...inDocs]
    .filter((path) => path.endsWith('.md') && existsSync(join(ROOT, path)))
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
}

/** Files are looked for in the folders that are ours; node_modules and build output are not. */
export function repositoryPaths(): Paths {
  const folders = ['src', 'test', 'docs', 'db', 'bench', 'scripts', '.ci'].filter((name) =>
    existsSync(join(ROOT, name)),
  );
  const below = folders.flatMap((folder) => readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }));
  const names = new Set([...readdirSync(ROOT), ...below].map((name) => name.split(/[\\/]/).at(-1)));
  return { exists: (path) => existsSync(join(ROOT, path)), hasFileNamed: (name) => names.has(name) };
}

/** Cited paths that lead nowhere, and documents longer than agreed. */
export function documentFaults(documents: readonly Document[], paths: Paths): readonly string[] {
  return documents.flatMap((document) => [
    ...citedPaths(document.text)
      .filter((cited) => !leadsSomewhere(cited, { document, paths }))
      .map((cited) => `${document.path} cites ${cited}, which does not exist`),
    ...lengthFaults(document),
  ]);
}

function lengthFaults({ path, text }: Document): readonly string[] {
  const lines = text.trimEnd().split('\n').length;
  return MAX_LINES.filter(([pattern, max]) => pattern.test(path) && lines > max).map(
    ([, max]) => `${path} has ${lines} lines, ${max} are allowed`,
  );
}

/** Paths in single backticks and in relative links; `a/{b,c}` counts as a/b and a/c. Code fences are left out. */
export function citedPaths(markdown: string): readonly string[] {
  const prose = markdown.replaceAll(/^```[\s\S]*?^```/gm, '');
  const inTicks = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, code]) => code ?? '').filter(looksLikePath);
  const inLinks = [...prose.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, link]) => link ?? '');
  return [...inTicks, ...inLinks.filter((link) => !/^[a-z]+:/i.test(link))].flatMap(expandBraces);
}

function looksLikePath(code: string): boolean {
  if (/[\s<>()'"=$@]|:\/\//.test(code) || code.startsWith('/') || code.startsWith('-')) return false;
  if (FILE_NAME.test(code) || DOT_FILES.test(code)) return true;
  return /^(\.{0,2}\/)?(src|test|docs|db|bench|scripts)(\/|$)/.test(code) && code.includes('/');
}

function expandBraces(path: string): readonly string[] {
  const match = /^(.*)\{([^}]*)\}(.*)$/.exec(path);
  if (match === null) return [path];
  const [, before = '', choices = '', after = ''] = match;
  return choices.split(',').flatMap((choice) => expandBraces(`${before}${choice.trim()}${after}`));
}

interface Ground {
  readonly document: Document;
  readonly paths: Paths;
}

function leadsSomewhere(cited: string, { document, paths }: Ground): boolean {
  if (MADE_LATER.has(cited) || MADE_LATER_FOLDERS.test(cited)) return true;
  // Of a pattern only the folder before the star can be looked up.
  const path = cited.includes('*') ? dirname(`${cited.slice(0, cited.indexOf('*'))}x`) : cited;
  if (paths.exists(path) || paths.exists(join(dirname(document.path), path))) return true;
  return !path.includes('/') && paths.hasFileNamed(path);
}
