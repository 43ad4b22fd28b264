import { looksLikeSecret } from '../secret.ts';

// At most three short words, such as `sk-ant-api03-`: what follows is the secret.
const PREFIX = /^(?:[A-Za-z][A-Za-z0-9]{0,7}[-_]){0,3}/;
const TAIL = 4;

/** What people call the keys of a file. A whole key is shortened to a hint before it can get anywhere. */
export class KeyNames {
  readonly #names = new Map<string, string>();
  readonly #taken = new Set<string>();

  nameOf(written: string): string {
    const known = this.#names.get(written);
    if (known !== undefined) return known;
    const hint = looksLikeSecret(written) ? hintOf(written) : written;
    const name = this.#free(ownText(hint));
    this.#names.set(ownText(written), name);
    this.#taken.add(name);
    return name;
  }

  /** Two keys may look alike once they are shortened. */
  #free(hint: string): string {
    let name = hint;
    for (let count = 2; this.#taken.has(name); count += 1) name = `${hint} (${count})`;
    return name;
  }
}

function hintOf(secret: string): string {
  const [prefix = ''] = PREFIX.exec(secret) ?? [];
  return `${prefix}…${secret.slice(-TAIL)}`;
}

/** A copy: a piece of a text keeps all of the text in memory, here a part of the file. */
export function ownText(piece: string): string {
  return JSON.parse(JSON.stringify(piece)) as string;
}
