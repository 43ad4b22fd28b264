import type { CheckResult } from './interaction.ts';

// Slack repeats within seconds or minutes; what is older is caught by the state that the gesture would change.
const REMEMBERED = 2_000;

/** A submission's answer; `stop` ends it there. */
export type Checked = CheckResult & { readonly stop?: true };

/**
 * Gestures that were taken already: Slack delivers again what it saw no answer to, and people click twice. Saves the
 * second answer; that nothing is done twice is for the state in the store to hold, also after a restart.
 */
export class GestureMemory {
  readonly #seen = new Set<string>();
  readonly #checked = new Map<string, Promise<Checked>>();

  /** True for the first of its kind. */
  isNew(key: string): boolean {
    if (this.#seen.has(key)) return false;
    this.#seen.add(key);
    forgetOldest(this.#seen);
    return true;
  }

  /** An accepted submission gets the same answer again; one that was sent back may come again. */
  async check(key: string, check: () => Promise<Checked>): Promise<Checked> {
    const running = this.#checked.get(key);
    const earlier = running && (await running);
    if (earlier?.ok) return earlier;
    const mine = check();
    this.#checked.set(key, mine);
    forgetOldest(this.#checked);
    return mine;
  }
}

function forgetOldest(kept: Set<string> | Map<string, unknown>): void {
  if (kept.size <= REMEMBERED) return;
  for (const oldest of kept.keys()) {
    kept.delete(oldest);
    return;
  }
}
