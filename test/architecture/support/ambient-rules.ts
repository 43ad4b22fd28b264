import ts from 'typescript';
import { place, type Source, walk } from './source.ts';

const CLOCK_AND_ENV_HOMES = /^src\/(system\/|config\/env\.ts$|main\.ts$|cli\.ts$|cli\/)/;
const TIMER_HOMES = /^src\/(system\/|sandbox\/|slack\/bolt-app\.ts$)/;
const TIMERS = new Set(['setTimeout', 'setInterval', 'setImmediate']);
const MEMBERS: ReadonlyMap<string, readonly string[]> = new Map([
  ['Date', ['now']],
  ['Math', ['random']],
  ['performance', ['now', 'timeOrigin']],
  ['process', ['env', 'hrtime']],
]);
const MODULES = new Set(['node:process', 'node:perf_hooks', 'node:timers', 'node:timers/promises']);

/** Design rule 2: time, chance and environment enter through one door. */
export function ambientFaults(sources: readonly Source[]): readonly string[] {
  const faults: string[] = [];
  for (const file of sources) {
    walk(file, (node) => {
      const what = ambientRead(node);
      if (what === undefined || isAllowed(file.path, what)) return;
      faults.push(`${place(file, node)} uses ${what}`);
    });
  }
  return faults;
}

function isAllowed(path: string, what: string): boolean {
  if (TIMERS.has(what) || what.startsWith('node:timers')) return TIMER_HOMES.test(path);
  return CLOCK_AND_ENV_HOMES.test(path);
}

function ambientRead(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node)) return memberRead(node.expression, node.name.text);
  if (ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression)) {
    return memberRead(node.expression, node.argumentExpression.text);
  }
  if (ts.isVariableDeclaration(node) && ts.isObjectBindingPattern(node.name)) return destructured(node);
  if (ts.isImportDeclaration(node)) return ambientModule(node);
  if (ts.isNewExpression(node) && isName(node.expression, 'Date')) {
    return (node.arguments?.length ?? 0) === 0 ? 'new Date()' : undefined;
  }
  if (ts.isCallExpression(node) && isName(node.expression, 'Date')) return 'Date()';
  if (!ts.isIdentifier(node)) return undefined;
  if (node.text === 'randomUUID') return 'randomUUID';
  return TIMERS.has(node.text) && isGlobalCall(node) ? node.text : undefined;
}

/** `Date.now`, `globalThis.Date.now` and the like. */
function memberRead(object: ts.Expression, member: string): string | undefined {
  const name = ts.isPropertyAccessExpression(object) ? object.name.text : ts.isIdentifier(object) ? object.text : '';
  return MEMBERS.get(name)?.includes(member) ? `${name}.${member}` : undefined;
}

function destructured({ initializer }: ts.VariableDeclaration): string | undefined {
  if (initializer === undefined || !ts.isIdentifier(initializer)) return undefined;
  return MEMBERS.has(initializer.text) ? `${initializer.text} taken apart` : undefined;
}

function ambientModule({ moduleSpecifier }: ts.ImportDeclaration): string | undefined {
  return ts.isStringLiteral(moduleSpecifier) && MODULES.has(moduleSpecifier.text) ? moduleSpecifier.text : undefined;
}

function isName(node: ts.Node, name: string): boolean {
  return ts.isIdentifier(node) && node.text === name;
}

/** A call or a value handed on; not a declaration, parameter or type that bears the same name. */
function isGlobalCall(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) {
    return parent.expression === node || isName(parent.expression, 'globalThis');
  }
  if (ts.isTypeQueryNode(parent)) return false;
  return !('name' in parent && parent.name === node);
}
