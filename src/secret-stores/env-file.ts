import { accessSync, constants, lstatSync, mkdirSync, readFileSync, realpathSync, type Stats, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { changeDotEnv, parseDotEnv } from '../domain/dotenv-file.ts';
import { AppError, isAppError } from '../domain/errors.ts';
import type { SecretStore, SecretStoreDefinition, SecretVersion, StoreOptions } from '../ports/secret-store.ts';
import { buildStore, lookAt, type Session } from './lib/build-store.ts';
import { ASK, FORGET, quoted } from './lib/by-hand.ts';
import { failureOf } from './lib/failure.ts';
import { DEFAULT_TRANSPORT, type Link, linkOf } from './lib/link.ts';
import { fieldPlaceOf } from './lib/reference.ts';
import { conflict, refused } from './lib/store-error.ts';

const FOLDER = 'secrets';
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
const OTHERS = 0o077;

const settings = z.strictObject({
  folder: z.string().min(1).optional().describe('the path of a folder that only this user may read'),
});

export const envFile: SecretStoreDefinition = {
  id: 'file',
  title: 'local .env file',
  settings,
  credentials: [],
  reference: {
    pattern: /^(?!.*\.\.)[A-Za-z0-9_][A-Za-z0-9_./-]*[A-Za-z0-9_]#[A-Za-z_][A-Za-z0-9_]{0,126}$/,
    advice: 'a file below the folder and a variable in it: {slug}.env#API_KEY',
    usual: '{slug}.env#API_KEY',
  },
  connect: async (options) => fileStore(linkOf(envFile, options, DEFAULT_TRANSPORT), options),
};

interface Found {
  readonly text: string;
  readonly version: string;
  readonly createdAt: number;
}

function fileStore(link: Link, options: StoreOptions): SecretStore {
  const folder = resolve(settings.parse(options.settings).folder ?? join(options.dataFolder, FOLDER));
  const placeOf = (reference: string) => {
    const { path, field } = fieldPlaceOf(link, reference);
    return { path: join(folder, path), name: field };
  };
  return buildStore({
    link,
    kind: envFile.id,
    capabilities: { readBack: 'value', restore: false },
    provesWrite: true,
    open: async () => sessionOf(link, folder, placeOf),
    byHand: (reference) => {
      const { path, name } = placeOf(reference);
      const [file, half] = [quoted(path), quoted(`${path}.new`)];
      const lines = `grep -sv '^${name}=' ${file}; printf '${name}=%s\\n' "$VALUE"`;
      const act = `( umask 077; mkdir -p ${quoted(dirname(path))}; { ${lines}; } > ${half} && mv ${half} ${file} )`;
      return [ASK, act, FORGET];
    },
  });
}

type PlaceOf = (reference: string) => { readonly path: string; readonly name: string };

function sessionOf(link: Link, folder: string, placeOf: PlaceOf): Session<Found | null> {
  return {
    async look(reference) {
      const { path, name } = placeOf(reference);
      const found = onDisk(link, path, () => readFound(link, path));
      return found === null ? { current: null, before: null } : lookAt(valueIn(found, name), told(found), found);
    },
    async put({ reference, value, before }) {
      const { path, name } = placeOf(reference);
      return onDisk(link, path, () => {
        // One step from here on, so that two writers in this process cannot cross.
        const now = readFound(link, path);
        if (now?.version !== before?.version) throw conflict(link, reference);
        mkdirSync(dirname(path), { recursive: true, mode: FOLDER_MODE });
        for (const one of [folder, dirname(now === null ? path : realpathSync(path))]) refuseOpenFolder(link, one);
        writeFileAtomic.sync(path, changed(link, now?.text ?? '', { [name]: value }), { mode: FILE_MODE });
        return versionOf(path);
      });
    },
    async prove(reference) {
      const { path } = placeOf(reference);
      onDisk(link, path, () => {
        const isThere = readFound(link, path) !== null;
        const nearest = nearestFolder(dirname(isThere ? realpathSync(path) : path));
        accessSync(nearest, constants.W_OK | constants.X_OK);
        // What is missing is made for us alone; what is there above it is none of our business.
        if (isThere || nearest.startsWith(folder)) refuseOpenFolder(link, nearest);
      });
    },
  };
}

/** A disk's no is for certain: nothing is unknown about what has been written. */
function onDisk<T>(link: Link, path: string, work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    if (thrown instanceof AppError) throw thrown;
    const { code } = failureOf(thrown);
    throw refused(
      link,
      `cannot use ${path}${code === null ? '' : ` (${code})`}. Give this user the right to read and write it.`,
    );
  }
}

function readFound(link: Link, path: string): Found | null {
  const own = lstatSync(path, { throwIfNoEntry: false });
  if (own === undefined) return null;
  const target: Stats | undefined = statSync(path, { throwIfNoEntry: false });
  if (target === undefined)
    throw refused(link, `has a link at ${path} that leads nowhere. Make its target, or remove it.`);
  if (!target.isFile())
    throw refused(link, `has something at ${path} that is no file. Name another one in policy.yml.`);
  return { text: readFileSync(path, 'utf8'), ...versionOf(path) };
}

function valueIn({ text }: Found, name: string): string | null {
  return parseDotEnv(text)[name] || null;
}

function told({ version, createdAt }: Found): SecretVersion {
  return { version, createdAt };
}

/** Each write makes another file under the same name: that tells two apart within one tick of the disk's clock. */
function versionOf(path: string) {
  const { mtimeMs, ino } = statSync(path);
  return { version: `${new Date(mtimeMs).toISOString()}-${ino.toString(16)}`, createdAt: Math.floor(mtimeMs) };
}

function refuseOpenFolder(link: Link, folder: string): void {
  if (process.platform === 'win32' || (statSync(folder).mode & OTHERS) === 0) return;
  throw refused(
    link,
    `does not write keys into a folder that others may look into: ${folder}. Run: chmod 700 ${quoted(folder)}`,
  );
}

function nearestFolder(folder: string): string {
  const isThere = statSync(folder, { throwIfNoEntry: false }) !== undefined;
  return isThere || dirname(folder) === folder ? folder : nearestFolder(dirname(folder));
}

function changed(link: Link, text: string, changes: Readonly<Record<string, string>>): string {
  try {
    return changeDotEnv(text, changes);
  } catch (error) {
    // Its sentence is about the file that we are configured with.
    if (!isAppError(error, 'invalid_input')) throw error;
    throw refused(link, 'cannot hold this value in a .env file. Use another store for it.');
  }
}
