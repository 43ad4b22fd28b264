import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { changeDotEnv, parseDotEnv } from '../../domain/dotenv-file.ts';
import { fakeSecret } from '../providers/wire.ts';
import type { ProviderId, World, WorldKey } from '../world/index.ts';
import { present } from '../world/roster.ts';

const VARIABLE = 'API_KEY';

export interface ConsumerOptions {
  readonly world: World;
  /** The one of the database: the secret store `local` keeps its files below it. */
  readonly folder: string;
  readonly provider: ProviderId;
  readonly keyName: string;
}

/** A program that calls with the key whose value it found in the secret store when it was deployed last. */
export class Consumer {
  readonly #options: ConsumerOptions;
  readonly #path: string;
  readonly old: WorldKey;
  #using: WorldKey;

  constructor(options: ConsumerOptions) {
    const { world, folder, provider, keyName } = options;
    this.#options = options;
    this.old = present(world.findKey(provider, keyName), `no ${provider} key ${keyName}`);
    this.#using = this.old;
    this.#path = join(folder, 'secrets', `${keyName}.env`);
    mkdirSync(join(folder, 'secrets'), { recursive: true, mode: 0o700 });
    this.store(this.old);
  }

  /** What a person does with the value that the console has shown. */
  store(key: WorldKey): void {
    writeFileSync(this.#path, changeDotEnv('', { [VARIABLE]: fakeSecret(key.hint) }), { mode: 0o600 });
  }

  /** Deployed: from here on it calls with what is stored now. */
  restart(): void {
    const stored = this.#stored();
    if (stored === undefined || stored.id === this.#using.id) return;
    this.#options.world.redeploy({ fromKeyId: this.#using.id, toKeyId: stored.id });
    this.#using = stored;
  }

  /** Keys that came after the old one, deleted ones too. */
  made(): readonly WorldKey[] {
    const { world, provider } = this.#options;
    return world.keysOf(provider).filter(({ createdAt }) => createdAt > world.startAt);
  }

  /** The key whose value is stored now. */
  get stored(): WorldKey | undefined {
    return this.#stored();
  }

  /** The key that it calls with. */
  get using(): WorldKey {
    return this.#using;
  }

  #stored(): WorldKey | undefined {
    const { world, provider } = this.#options;
    const value = parseDotEnv(readFileSync(this.#path, 'utf8'))[VARIABLE];
    return world.keysOf(provider).find(({ hint }) => fakeSecret(hint) === value);
  }
}
