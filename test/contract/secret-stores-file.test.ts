import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { silentLogger } from '../../src/cli/doctor/silent.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { SecretStore } from '../../src/ports/secret-store.ts';
import { envFile } from '../../src/secret-stores/env-file.ts';

const REFERENCE = 'prod-api.env#API_KEY';
const VALUE = new Secret('sk-new-vAlUeCaNaRy');
const OTHERS = '# ours\nexport OTHER="two words" # keep\n\n';

let data: string;
let store: SecretStore;

beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'keysteward-'));
  store = await envFile.connect({
    name: 'local',
    settings: {},
    credentials: new Map(),
    dataFolder: data,
    logger: silentLogger,
  });
});
afterEach(() => rmSync(data, { recursive: true }));

const path = (name = 'prod-api.env') => join(data, 'secrets', name);
const modeOf = (file: string) => statSync(file).mode & 0o777;

function place(text: string, mode = 0o600): void {
  mkdirSync(join(data, 'secrets'), { recursive: true, mode: 0o700 });
  writeFileSync(path(), text, { mode });
}

describe('the local .env file', () => {
  test('is made with its folder for this user alone, and nothing half-written is left beside it', async () => {
    expect(await store.checkAccess(REFERENCE)).toEqual({ isStored: false, isWriteProven: true });
    await store.write(REFERENCE, VALUE, { expected: null });

    expect(readFileSync(path(), 'utf8')).toBe(`API_KEY=${VALUE.reveal()}\n`);
    expect([modeOf(path()), modeOf(join(data, 'secrets'))]).toEqual([0o600, 0o700]);
    expect(readdirSync(join(data, 'secrets'))).toEqual(['prod-api.env']);
  });

  test('keeps other lines and comments, and loses the rights of others', async () => {
    place(`${OTHERS}API_KEY=old\n`, 0o644);
    const seen = await store.readCurrent(REFERENCE);
    expect(seen?.value?.reveal()).toBe('old');

    const { version } = await store.write(REFERENCE, VALUE, { expected: seen?.version ?? null });

    expect(readFileSync(path(), 'utf8')).toBe(`${OTHERS}API_KEY=${VALUE.reveal()}\n`);
    expect(modeOf(path())).toBe(0o600);
    expect((await store.readCurrent(REFERENCE))?.version).toBe(version);
  });

  test('of two writers at once only one gets through', async () => {
    await store.write(REFERENCE, VALUE, { expected: null });
    const expected = (await store.readCurrent(REFERENCE))?.version ?? null;

    const both = ['a', 'b'].map((value) => store.write(REFERENCE, new Secret(value), { expected }));

    const ends = await Promise.allSettled(both);
    expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(ends.find((end) => end.status === 'rejected')).toMatchObject({ reason: { code: 'conflict' } });
  });

  test('a link stays a link and its target changes; one that leads nowhere is refused', async () => {
    place('');
    writeFileSync(path('real.env'), OTHERS);
    rmSync(path());
    symlinkSync(path('real.env'), path());
    await store.write(REFERENCE, VALUE, { expected: null });
    expect(readFileSync(path('real.env'), 'utf8')).toBe(`${OTHERS}API_KEY=${VALUE.reveal()}\n`);

    rmSync(path('real.env'));
    const refused = { code: 'store_rejected', publicMessage: expect.stringContaining('leads nowhere') };
    await expect(store.write(REFERENCE, VALUE, { expected: null })).rejects.toMatchObject(refused);
  });

  test('a folder that others may look into is refused, with the command that closes it', async () => {
    place('');
    chmodSync(join(data, 'secrets'), 0o755);

    const refused = { code: 'store_rejected', publicMessage: expect.stringContaining('Run: chmod 700') };
    await expect(store.write(REFERENCE, VALUE, { expected: null })).rejects.toMatchObject(refused);
    await expect(store.checkAccess(REFERENCE)).rejects.toMatchObject(refused);
    expect(readFileSync(path(), 'utf8')).toBe('');
  });

  test.each(['../out.env#API_KEY', '/etc/x.env#API_KEY', 'a/../../x#API_KEY', 'no-field.env', 'a.env#1X'])(
    'a reference that leads elsewhere or names no variable is refused: %s',
    async (reference) => {
      await expect(store.write(reference, VALUE, { expected: null })).rejects.toMatchObject({ code: 'invalid_input' });
      await expect(store.readCurrent(reference)).rejects.toMatchObject({ code: 'invalid_input' });
    },
  );

  test('a value that such a file cannot hold is refused, and no error shows it', async () => {
    const odd = new Secret(`a'b"c\`d\nvAlUeCaNaRy`);
    const error = await store.write(REFERENCE, odd, { expected: null }).catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({ code: 'store_rejected' });
    expect(JSON.stringify(error) + String(error)).not.toContain('CaNaRy');
  });
});
