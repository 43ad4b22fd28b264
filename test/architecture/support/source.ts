import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** One TypeScript file. `path` is relative to the repository, with forward slashes. */
export interface Source {
  readonly path: string;
  readonly text: string;
  readonly ast: ts.SourceFile;
}

export interface ImportLine {
  readonly specifier: string;
  /** The imported file for a relative import, undefined for a package. */
  readonly file: string | undefined;
  /** The package (`node:fs`, `zod`, `@slack/bolt`) for any other import. */
  readonly package: string | undefined;
  /** Erased by the compiler: nothing is loaded at run time. */
  readonly typeOnly: boolean;
  readonly dynamic: boolean;
  /** Local names this import binds. */
  readonly names: readonly string[];
  readonly line: number;
}

/** Every .ts file below a folder of the repository. */
export function readSources(folder = 'src'): readonly Source[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.ts'))
    .sort()
    .map((path) => source(path, readFileSync(join(ROOT, path), 'utf8')));
}

export function source(path: string, text: string): Source {
  return { path, text, ast: ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true) };
}

/** Calls `visit` for every node of the file. Comments are not nodes. */
export function walk({ ast }: Source, visit: (node: ts.Node) => void): void {
  const step = (node: ts.Node): void => {
    visit(node);
    ts.forEachChild(node, step);
  };
  step(ast);
}

export function place(file: Source, node: ts.Node): string {
  return `${file.path}:${lineOf(file, node)}`;
}

export function lineOf({ ast }: Source, node: ts.Node): number {
  return ast.getLineAndCharacterOfPosition(node.getStart(ast)).line + 1;
}

/** Static, re-exporting, dynamic and type-position imports alike. */
export function importsOf(file: Source): readonly ImportLine[] {
  const found: ImportLine[] = [];
  walk(file, (node) => {
    const line = importLine(file, node);
    if (line !== undefined) found.push(line);
  });
  return found;
}

function importLine(file: Source, node: ts.Node): ImportLine | undefined {
  const reference = referenceOf(node);
  if (reference === undefined) return undefined;

  const { specifier } = reference;
  const relative = specifier.startsWith('.');
  return {
    ...reference,
    file: relative ? join(dirname(file.path), specifier).replaceAll('\\', '/') : undefined,
    package: relative ? undefined : packageOf(specifier),
    line: lineOf(file, node),
  };
}

type Reference = Pick<ImportLine, 'specifier' | 'typeOnly' | 'dynamic' | 'names'>;

function referenceOf(node: ts.Node): Reference | undefined {
  if (ts.isImportDeclaration(node)) {
    const { importClause: clause } = node;
    return { ...literal(node.moduleSpecifier), typeOnly: isTypeClause(clause), dynamic: false, names: namesOf(clause) };
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
    return { ...literal(node.moduleSpecifier), typeOnly: node.isTypeOnly, dynamic: false, names: [] };
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    return { ...literal(node.argument.literal), typeOnly: true, dynamic: false, names: [] };
  }
  if (ts.isCallExpression(node) && isLoader(node.expression)) {
    return { ...literal(node.arguments[0]), typeOnly: false, dynamic: true, names: [] };
  }
  return undefined;
}

function isLoader(expression: ts.Expression): boolean {
  return (
    expression.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(expression) && expression.text === 'require')
  );
}

function literal(node: ts.Node | undefined): { readonly specifier: string } {
  return { specifier: node !== undefined && ts.isStringLiteralLike(node) ? node.text : '(computed)' };
}

function isTypeClause(clause: ts.ImportClause | undefined): boolean {
  if (clause === undefined) return false;
  if (clause.isTypeOnly) return true;
  const { name, namedBindings } = clause;
  if (name !== undefined || namedBindings === undefined || !ts.isNamedImports(namedBindings)) return false;
  return namedBindings.elements.length > 0 && namedBindings.elements.every((element) => element.isTypeOnly);
}

function namesOf(clause: ts.ImportClause | undefined): readonly string[] {
  const names: string[] = [];
  if (clause?.name !== undefined) names.push(clause.name.text);
  const bindings = clause?.namedBindings;
  if (bindings !== undefined && ts.isNamespaceImport(bindings)) names.push(bindings.name.text);
  if (bindings !== undefined && ts.isNamedImports(bindings)) {
    names.push(...bindings.elements.filter((element) => !element.isTypeOnly).map((element) => element.name.text));
  }
  return names;
}

function packageOf(specifier: string): string {
  if (specifier.startsWith('node:')) return specifier;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
