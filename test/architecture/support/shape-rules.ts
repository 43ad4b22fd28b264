import ts from 'typescript';
import { lineOf, place, type Source, walk } from './source.ts';

const MAX_FILE_LINES = 300;
const MAX_FUNCTION_LINES = 60;
const MAX_PARAMETERS = 3;

/** Design rule 3, but for cycles: size, parameters, `any`, `!` and default exports. */
export function shapeFaults(sources: readonly Source[]): readonly string[] {
  return sources.flatMap((file) => {
    const faults: string[] = [];
    const lines = file.text.trimEnd().split('\n').length;
    if (lines > MAX_FILE_LINES) faults.push(`${file.path} has ${lines} lines, ${MAX_FILE_LINES} are allowed`);
    walk(file, (node) => {
      for (const why of nodeFaults(file, node)) faults.push(`${place(file, node)} ${why}`);
    });
    return faults;
  });
}

function nodeFaults(file: Source, node: ts.Node): readonly string[] {
  if (node.kind === ts.SyntaxKind.AnyKeyword) return ['says any'];
  if (ts.isNonNullExpression(node)) return ['asserts with !'];
  if (ts.isPropertyDeclaration(node) && node.exclamationToken !== undefined) return ['asserts with !'];
  if (ts.isVariableDeclaration(node) && node.exclamationToken !== undefined) return ['asserts with !'];
  if (ts.isExportAssignment(node) || isDefaultExport(node)) return ['has a default export'];
  return ts.isFunctionLike(node) ? functionFaults(file, node) : [];
}

function functionFaults(file: Source, node: ts.SignatureDeclaration): readonly string[] {
  const faults: string[] = [];
  const positional = node.parameters.filter(({ name }) => !(ts.isIdentifier(name) && name.text === 'this'));
  if (positional.length > MAX_PARAMETERS)
    faults.push(`has ${positional.length} parameters, ${MAX_PARAMETERS} are allowed`);

  const length = file.ast.getLineAndCharacterOfPosition(node.getEnd()).line + 2 - lineOf(file, node);
  if (hasBody(node) && length > MAX_FUNCTION_LINES) {
    faults.push(`is a function of ${length} lines, ${MAX_FUNCTION_LINES} are allowed`);
  }
  return faults;
}

function hasBody(node: ts.SignatureDeclaration): boolean {
  return 'body' in node && node.body !== undefined;
}

function isDefaultExport(node: ts.Node): boolean {
  if (ts.isExportSpecifier(node)) return node.name.text === 'default';
  return (
    ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)
  );
}
