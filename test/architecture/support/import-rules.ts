import { type ImportLine, importsOf, type Source } from './source.ts';

interface Layer {
  /** Layers this one may import besides itself. */
  readonly layers: readonly string[];
  /** The only packages it may import; undefined: any that has no other home. */
  readonly packages?: readonly string[];
}

const INWARD: Layer = { layers: ['ports', 'domain'] };
const OUTSIDE: Layer = { layers: ['services', 'ports', 'domain'] };

/** Folder of src → what it may import. Files directly in src are the composition roots below. */
const LAYERS: ReadonlyMap<string, Layer> = new Map([
  ['domain', { layers: [], packages: ['zod', 'ipaddr.js', 'temporal-polyfill'] }],
  ['ports', { layers: ['domain'], packages: [] }],
  ['services', INWARD],
  ['providers', INWARD],
  ['webhooks', INWARD],
  ['secret-stores', INWARD],
  ['deploy-hooks', INWARD],
  ['store', INWARD],
  ['system', INWARD],
  ['config', INWARD],
  ['slack', OUTSIDE],
  ['scheduler', OUTSIDE],
  ['http', OUTSIDE],
  ['gateway', OUTSIDE],
]);

const BOLT_HOME = 'src/slack/bolt-app.ts';
const ROOTS = ['src/app.ts', 'src/app-parts.ts', 'src/main.ts', 'src/cli.ts'];
/** The commands' folder: part of the composition, seen by src/cli.ts alone. */
const COMMANDS = 'cli';
const SANDBOX_DOOR = 'src/cli/sandbox.ts';

/** Packages with one home. Type-only imports count too: a foreign type in a signature is a dependency. */
const HOMES: ReadonlyMap<string, readonly string[]> = new Map([
  ['kysely', ['store']],
  ['better-sqlite3', ['store']],
  ['openai', ['providers']],
  ['@anthropic-ai/sdk', ['providers']],
  ['@slack/bolt', ['slack', 'system']],
  ['@slack/types', ['slack']],
  ['@slack/web-api', ['slack']],
  ['@slack/socket-mode', ['slack']],
  ['node-cron', ['system', 'scheduler', 'config']],
  ['pino', ['system']],
  ['yaml', ['config']],
  ['dotenv', ['config']],
  ['prom-client', ['http']],
  ['mmdb-lib', ['system']],
  ['ipaddr.js', ['domain']],
  ['temporal-polyfill', ['domain']],
  ['commander', []],
  ['papaparse', []],
  ['@inquirer/prompts', []],
]);

/** Design rule 1: what is imported against the direction, one sentence each. */
export function importFaults(sources: readonly Source[]): readonly string[] {
  return sources.flatMap((file) =>
    importsOf(file)
      .map((line) => ({ line, why: faultOf(file.path, line) }))
      .filter(({ why }) => why !== undefined)
      .map(({ line, why }) => `${file.path}:${line.line} imports ${line.specifier}: ${why}`),
  );
}

function faultOf(path: string, line: ImportLine): string | undefined {
  const layer = layerOf(path);
  if (layer === 'sandbox') return undefined;
  if (layer !== undefined && layer !== COMMANDS && !LAYERS.has(layer))
    return `src/${layer}/ has no row in the table of layers`;
  if (line.package === '@slack/bolt' && line.names.includes('App') && !line.typeOnly && path !== BOLT_HOME) {
    return `only ${BOLT_HOME} builds Bolt's App`;
  }
  if (line.specifier === '(computed)') return 'a computed import cannot be checked';
  if (line.file !== undefined) return fileFault(path, layer, { file: line.file, dynamic: line.dynamic });
  return layer === undefined || layer === COMMANDS ? undefined : packageFault(layer, line.package ?? '');
}

interface Target {
  readonly file: string;
  readonly dynamic: boolean;
}

function fileFault(path: string, layer: string | undefined, { file, dynamic }: Target): string | undefined {
  const target = layerOf(file);
  if (target === 'sandbox') {
    return path === SANDBOX_DOOR && dynamic
      ? undefined
      : `only ${SANDBOX_DOOR} loads the sandbox, and only dynamically`;
  }
  if (target === COMMANDS) {
    return path === 'src/cli.ts' || layer === COMMANDS ? undefined : 'only src/cli.ts sees the commands';
  }
  if (layer === COMMANDS) return file.startsWith('src/') && file !== 'src/cli.ts' ? undefined : 'src/cli/ looks inward';
  if (layer === undefined)
    return ROOTS.includes(path) ? undefined : 'only app.ts, app-parts.ts, main.ts and cli.ts stand in src/ itself';
  if (!file.startsWith('src/')) return `src/${layer}/ may not reach outside src/`;
  if (target === undefined) return 'nothing but the composition roots and the sandbox imports a composition root';
  if (target === layer || LAYERS.get(layer)?.layers.includes(target)) return undefined;
  return `src/${layer}/ may not import src/${target}/`;
}

function packageFault(layer: string, name: string): string | undefined {
  const allowed = LAYERS.get(layer)?.packages;
  if (allowed !== undefined && !allowed.includes(name)) return `src/${layer}/ may not import this package`;
  const homes = HOMES.get(name);
  if (homes === undefined || homes.includes(layer)) return undefined;
  return homes.length === 0 ? 'only the composition roots use it' : `only src/${homes.join('/ and src/')}/ uses it`;
}

function layerOf(path: string): string | undefined {
  const [, folder, rest] = path.split('/');
  return rest === undefined ? undefined : folder;
}

/** Files that import each other in a circle, each circle once. */
export function cycleFaults(sources: readonly Source[]): readonly string[] {
  const known = new Set(sources.map(({ path }) => path));
  const edges = new Map(sources.map((file) => [file.path, targetsOf(file, known)]));
  const done = new Set<string>();
  const faults: string[] = [];

  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) faults.push([...trail.slice(start), path].join(' → '));
    if (start >= 0 || done.has(path)) return;
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const { path } of sources) visit(path, []);
  return faults;
}

/** A dynamic import is no edge: it runs after both modules exist. */
function targetsOf(file: Source, known: ReadonlySet<string>): readonly string[] {
  return importsOf(file).flatMap(({ file: target, dynamic }) =>
    target !== undefined && !dynamic && known.has(target) ? [target] : [],
  );
}
