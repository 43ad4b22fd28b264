import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { connectSecretStores } from '../../src/app-parts.ts';
import { silentLogger } from '../../src/cli/doctor/silent.ts';
import { loadClient } from '../../src/secret-stores/lib/load.ts';

const LINK = { name: 'main', title: 'HashiCorp Vault or OpenBao' };

describe('clients of secret stores', () => {
  test('a client that is not installed is told with the command that installs it', async () => {
    const missing = Object.assign(new Error("Cannot find package 'node-vault'"), { code: 'ERR_MODULE_NOT_FOUND' });

    await expect(loadClient(LINK, ['node-vault'], () => Promise.reject(missing))).rejects.toMatchObject({
      code: 'invalid_config',
      publicMessage:
        'The secret store main (HashiCorp Vault or OpenBao) needs a package that is not installed. Run: npm install node-vault',
    });
  });

  test('an install without development packages carries none of them', () => {
    const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
    const peers = Object.keys(lock.packages[''].peerDependencies);

    expect(peers.length).toBeGreaterThan(5);
    for (const name of peers) expect(lock.packages[`node_modules/${name}`]).toMatchObject({ dev: true });
  });

  test('without a rule that names it not even the local store is connected', async () => {
    const local = { name: 'local', kind: 'file', settings: {} };
    const rule = { match: '*', pattern: /./, store: 'local', reference: '{slug}.env#API_KEY' };
    const connect = (secrets: readonly (typeof rule)[]) =>
      connectSecretStores({
        policy: { secretStores: [local], secrets },
        credentials: undefined,
        databasePath: './data/x.db',
        logger: silentLogger,
      });

    expect([...(await connect([])).keys()]).toEqual([]);
    expect([...(await connect([rule])).keys()]).toEqual(['local']);
  });
});
