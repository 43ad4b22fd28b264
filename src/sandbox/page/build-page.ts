import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError, toError } from '../../domain/errors.ts';

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));
const UNFINISHED = 'building-';

export interface BuildOptions {
  /** The page's sources. */
  readonly client?: string;
  /** Where what was built is kept. */
  readonly cache?: string;
  /** Told before a build, which takes seconds; a page that is there already takes none. */
  readonly onBuild?: () => void;
}

/** Builds the page where it is not built yet, and gives the folder with its files. */
export async function buildPage(options: BuildOptions = {}): Promise<string> {
  const client = options.client ?? join(PROJECT, 'src/sandbox/page/client');
  const cache = options.cache ?? join(PROJECT, 'node_modules/.cache/keysteward-page');
  const built = join(cache, await fingerprint(client));
  if (await exists(join(built, 'index.html'))) return built;
  if (!(await exists(join(client, 'index.html')))) {
    throw broken(
      `${client} has no index.html`,
      'The page’s sources are not here: run the sandbox from a clone of the repository.',
    );
  }
  options.onBuild?.();
  await mkdir(cache, { recursive: true });
  const unfinished = await mkdtemp(join(cache, UNFINISHED));
  try {
    await runVite(client, unfinished);
    // Two starts at once build the same: who comes second takes what is there.
    await rename(unfinished, built).catch(async (error: unknown) => {
      if (!(await exists(join(built, 'index.html')))) throw error;
    });
  } catch (error) {
    const why = toError(error).message.split('\n', 3).join(' ');
    throw broken(`the page was not built: ${why}`, `The page could not be built: ${why}`, error);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  await removeOthers(cache, built);
  return built;
}

async function runVite(root: string, outDir: string): Promise<void> {
  const [{ build }, { default: react }] = await Promise.all([import('vite'), import('@vitejs/plugin-react')]);
  await build({
    root,
    configFile: false,
    envDir: false,
    logLevel: 'silent',
    plugins: [react()],
    build: { outDir, emptyOutDir: true, chunkSizeWarningLimit: 10_000, assetsInlineLimit: 0 },
  });
}

/** Of everything that the built page follows from: its sources, the packages, and how it is built. */
async function fingerprint(client: string): Promise<string> {
  const hash = createHash('sha256');
  const entries = await readdir(client, { recursive: true, withFileTypes: true }).catch(() => []);
  const sources = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const others = [join(PROJECT, 'package-lock.json'), fileURLToPath(import.meta.url)];
  for (const file of [...sources.sort(), ...others]) {
    hash.update(`${relative(client, file)}\0`).update(await readFile(file));
  }
  return hash.digest('hex').slice(0, 16);
}

/** Pages of other versions; a build that goes on beside this one is left alone. */
async function removeOthers(cache: string, built: string): Promise<void> {
  const names = await readdir(cache);
  const old = names.map((name) => join(cache, name)).filter((path) => path !== built && !path.includes(UNFINISHED));
  await Promise.all(old.map((path) => rm(path, { recursive: true, force: true })));
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function broken(message: string, publicMessage: string, cause?: unknown): AppError {
  return new AppError({ code: 'not_supported', message, publicMessage, cause });
}
