import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { importsOf, ROOT, type Source } from './source.ts';

const installed = z.object({
  name: z.string().optional(),
  scripts: z.record(z.string(), z.string()).optional(),
});
export type Installed = z.infer<typeof installed> & { readonly folder: string; readonly native: boolean };

const ours = z.object({
  dependencies: z.record(z.string(), z.string()),
  devDependencies: z.record(z.string(), z.string()),
  peerDependenciesMeta: z.record(z.string(), z.object({ optional: z.boolean() })),
  allowScripts: z.record(z.string(), z.boolean()),
});
export type OurPackage = z.infer<typeof ours>;

// What an install carries only where its operator asks for it is loaded here, and only once it is configured.
const OPTIONAL_HOMES = /^src\/(secret-stores|deploy-hooks)\//;

const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall'];

export function readOurPackage(): OurPackage {
  return ours.parse(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')));
}

/** Every package below node_modules, nested ones included. */
export function readInstalled(folder = 'node_modules'): readonly Installed[] {
  const path = join(ROOT, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .flatMap(({ name }) => (name.startsWith('@') ? readInstalled(`${folder}/${name}`) : readOne(`${folder}/${name}`)));
}

function readOne(folder: string): readonly Installed[] {
  const nested = readInstalled(`${folder}/node_modules`);
  const file = join(ROOT, folder, 'package.json');
  if (!existsSync(file)) return nested;
  const native = existsSync(join(ROOT, folder, 'binding.gyp'));
  return [{ ...installed.parse(JSON.parse(readFileSync(file, 'utf8'))), folder, native }, ...nested];
}

/** Packages that want to run code while they are installed and about which package.json says neither yes nor no. */
export function undecidedScripts(
  packages: readonly Installed[],
  decided: OurPackage['allowScripts'],
): readonly string[] {
  return packages
    .filter(({ scripts, native }) => native || INSTALL_SCRIPTS.some((name) => scripts?.[name] !== undefined))
    .map(({ name, folder }) => name ?? folder)
    .filter((name) => decided[name] === undefined);
}

/** Packages that running code imports and that `npm ci --omit=dev` would not install; a peer is loaded dynamically. */
export function undeclaredImports(
  sources: readonly Source[],
  { dependencies, devDependencies, peerDependenciesMeta }: OurPackage,
): readonly string[] {
  const isOptional = (name: string) => peerDependenciesMeta[name]?.optional === true;
  return sources.flatMap((file) => {
    const declared = file.path.startsWith('src/sandbox/') ? { ...dependencies, ...devDependencies } : dependencies;
    return importsOf(file)
      .filter((line) => !line.typeOnly && line.package !== undefined && !line.package.startsWith('node:'))
      .filter((line) => !(line.dynamic && isOptional(line.package ?? '') && OPTIONAL_HOMES.test(file.path)))
      .filter((line) => declared[line.package ?? ''] === undefined)
      .map((line) => `${file.path}:${line.line} imports ${line.package}, which is not in its dependencies`);
  });
}

/** Addresses in the lock file would bind every clone to one registry. */
export function resolvedAddresses(lockText: string): readonly string[] {
  return lockText.split('\n').filter((line) => line.includes('"resolved"'));
}

const lock = z.object({
  packages: z.record(
    z.string(),
    z.object({
      dependencies: z.record(z.string(), z.string()).optional(),
      optionalDependencies: z.record(z.string(), z.string()).optional(),
    }),
  ),
});

/** Packages that the lock file needs and does not hold: `npm ci` refuses it then, on whatever platform they are for. */
export function missingFromLock(lockText: string): readonly string[] {
  const { packages } = lock.parse(JSON.parse(lockText));
  return Object.entries(packages).flatMap(([folder, { dependencies, optionalDependencies }]) =>
    Object.keys({ ...dependencies, ...optionalDependencies })
      .filter((name) => !ancestorsOf(folder).some((at) => packages[`${at}node_modules/${name}`] !== undefined))
      .map((name) => `${folder} needs ${name}`),
  );
}

/** Where Node looks for a package's dependencies: beside its own, then in each folder above. */
function ancestorsOf(folder: string): readonly string[] {
  if (folder === '') return [''];
  const parts = folder.split(/(?<=^|\/)(?=node_modules\/)/);
  return parts.map((_, index) => parts.slice(0, index).join('')).concat(`${folder}/`);
}
