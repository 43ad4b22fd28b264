import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Runs a bundle, as in `node BOOT <bundle> …`. */
export const BOOT = fileURLToPath(new URL('./boot.cjs', import.meta.url));
/** Where bundles are made: packages that stay outside are found from there. */
export const BUNDLES = join(ROOT, 'test-output');

/** Changes the sources on their way into a bundle: a fault that is planted, to see it caught. */
export interface Mutant {
  /** Below the root. */
  readonly path: string;
  readonly from: string;
  readonly to: string;
}

export interface BundleOptions {
  /** Below the root. */
  readonly entry: string;
  readonly outfile: string;
  readonly mutants?: readonly Mutant[];
  /** Leaves out what only takes time to load: by file, what stands in its place. */
  readonly leftOut?: readonly (readonly [filter: RegExp, contents: string])[];
}

interface Loaded {
  readonly contents: string;
  readonly loader: 'ts' | 'js';
}

interface LoadHook {
  onLoad(filter: { filter: RegExp }, load: (file: { path: string }) => Promise<Loaded>): void;
}

interface Bundler {
  build(options: Readonly<Record<string, unknown>>): Promise<unknown>;
}

/** Makes one file of a program, so that a start of it takes a quarter of a second and not three of them. */
export async function bundle({ entry, outfile, mutants = [], leftOut = [] }: BundleOptions): Promise<void> {
  // tsx brings it; asked for from there, so that it need not be a dependency of ours.
  const near = createRequire(createRequire(import.meta.url).resolve('tsx'));
  const esbuild = near('esbuild') as Bundler;
  await esbuild.build({
    entryPoints: [join(ROOT, entry)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: await packagesOutside(),
    define: { 'import.meta.url': 'bundleUrl' },
    banner: { js: "const bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
    minifyWhitespace: true,
    plugins: [...leftOut.map(replaced), ...mutants.map(planted), inPlace],
    logLevel: 'error',
  });
}

/** What is not a plain dependency, and what is not plain code. */
async function packagesOutside(): Promise<readonly string[]> {
  const { devDependencies, peerDependencies } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  return ['better-sqlite3', '@napi-rs/canvas', ...Object.keys({ ...devDependencies, ...peerDependencies })];
}

/** Our own sources find the files beside them from where they are, not from where the bundle is. */
const inPlace = {
  name: 'sources know their place',
  setup(build: LoadHook): void {
    build.onLoad({ filter: new RegExp(`^${asPattern(join(ROOT, 'src'))}.*\\.ts$`) }, async ({ path }) => ({
      contents: placed(await readFile(path, 'utf8'), path),
      loader: 'ts',
    }));
  },
};

/** Boot puts it into a function, where a `#!` is no comment. */
function placed(text: string, path: string): string {
  return text.replace(/^#!.*/, '').replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href));
}

function replaced([filter, contents]: readonly [RegExp, string]) {
  const setup = (build: LoadHook): void => build.onLoad({ filter }, async () => ({ contents, loader: 'js' }));
  return { name: `without ${filter.source}`, setup };
}

function planted({ path, from, to }: Mutant) {
  const file = join(ROOT, path);
  const setup = (build: LoadHook): void => {
    build.onLoad({ filter: new RegExp(`^${asPattern(file)}$`) }, async () => {
      const text = await readFile(file, 'utf8');
      if (!text.includes(from)) throw new Error(`${path} has no ${from} to plant a fault in`);
      return { contents: placed(text.replace(from, to), file), loader: 'ts' };
    });
  };
  return { name: `planted in ${path}`, setup };
}

function asPattern(path: string): string {
  return path.replaceAll(/\W/g, '.');
}
