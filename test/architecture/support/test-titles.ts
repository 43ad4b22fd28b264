import ts from 'typescript';
import { type Source, walk } from './source.ts';

/** The titles of the tests in a file, as they are written; where the title is the row's first text, that of each row. */
export function testTitles(file: Source): readonly string[] {
  const titles: string[] = [];
  walk(file, (node) => {
    if (!ts.isCallExpression(node) || !/^(it|test)$/.test(rootOf(node.expression))) return;
    const [title] = node.arguments;
    if (title === undefined || !ts.isStringLiteralLike(title)) return;
    titles.push(...(title.text === '%s' ? firstTexts(node.expression) : [title.text]));
  });
  return titles;
}

/** The name at the left of `it.runIf(…).each(…)`. */
function rootOf(expression: ts.Expression): string {
  if (ts.isIdentifier(expression)) return expression.text;
  const isStep = ts.isPropertyAccessExpression(expression) || ts.isCallExpression(expression);
  return isStep ? rootOf(expression.expression) : '';
}

function firstTexts(each: ts.Expression): readonly string[] {
  const [rows] = ts.isCallExpression(each) ? each.arguments : [];
  if (rows === undefined || !ts.isArrayLiteralExpression(rows)) return [];
  const firsts = rows.elements.map((row) => (ts.isArrayLiteralExpression(row) ? row.elements[0] : row));
  return firsts.flatMap((first) => (first !== undefined && ts.isStringLiteralLike(first) ? [first.text] : []));
}
