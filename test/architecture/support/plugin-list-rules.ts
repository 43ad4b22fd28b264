import ts from 'typescript';
import { importsOf, type Source, walk } from './source.ts';

/** Folders in which every file or folder is a plug-in and `index.ts` is the list of them. */
export const PLUGIN_FOLDERS = [
  'src/domain/detectors',
  'src/domain/connection-detectors',
  'src/providers',
  'src/secret-stores',
  'src/deploy-hooks',
  'src/slack/commands',
  'src/slack/actions',
  'src/slack/events',
  'src/scheduler/due',
  'src/scheduler/jobs',
  'src/cli/doctor/checks',
];

/** Shared parts of a folder's plug-ins live here and are no plug-in. */
const PARTS = 'lib';

/** What is in a folder but not in its list. */
export function pluginListFaults(sources: readonly Source[], folder: string): readonly string[] {
  const plugins = pluginsOf(sources, folder);
  if (plugins.length === 0) return [];

  const index = sources.find(({ path }) => path === `${folder}/index.ts`);
  if (index === undefined) return [`${folder} has no index.ts, but it holds ${plugins.join(', ')}`];

  const listed = listedNames(index);
  const imports = importsOf(index).filter(({ typeOnly }) => !typeOnly);
  return plugins.flatMap((plugin) => {
    const own = imports.filter(({ file }) => file === `${plugin}.ts` || file?.startsWith(`${plugin}/`));
    if (own.length === 0) return [`${index.path} does not import ${plugin}`];
    return own.some(({ names }) => names.some((name) => listed.has(name)))
      ? []
      : [`${index.path} does not list ${plugin}`];
  });
}

/** Paths without extension: one per file, one per folder. */
function pluginsOf(sources: readonly Source[], folder: string): readonly string[] {
  const names = sources
    .filter(({ path }) => path.startsWith(`${folder}/`))
    .map(({ path }) => path.slice(folder.length + 1).split('/')[0] ?? '')
    .filter((name) => name !== 'index.ts' && name !== PARTS);
  return [...new Set(names)].map((name) => `${folder}/${name.replace(/\.ts$/, '')}`);
}

/** Every identifier inside an array literal of an exported statement. */
function listedNames(index: Source): ReadonlySet<string> {
  const names = new Set<string>();
  walk(index, (node) => {
    if (!ts.isIdentifier(node) || ts.isPropertyAssignment(node.parent)) return;
    if (enclosing(node, ts.isArrayLiteralExpression) && enclosing(node, isExported)) names.add(node.text);
  });
  return names;
}

function enclosing(node: ts.Node, is: (candidate: ts.Node) => boolean): boolean {
  for (let up: ts.Node | undefined = node.parent; up !== undefined; up = up.parent) if (is(up)) return true;
  return false;
}

function isExported(node: ts.Node): boolean {
  return (
    ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
  );
}
