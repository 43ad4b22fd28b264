import type { KeystewardApp } from '../../app.ts';
import type { CancelTimer, Clock } from '../../ports/clock.ts';
import type { Addresses } from '../sandbox-config.ts';
import type { Life } from '../stage.ts';
import type { Gate } from './gate.ts';
import { openRelay } from './relay.ts';
import { watchDeps } from './watch.ts';

/** The timers of one process: they end with it. */
class OwnClock implements Clock {
  readonly #clock: Clock;
  readonly #cancels = new Set<CancelTimer>();
  #isOver = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  timer(at: number, run: () => void): CancelTimer {
    if (this.#isOver) return () => {};
    const cancel = this.#clock.timer(at, () => {
      this.#cancels.delete(cancel);
      run();
    });
    this.#cancels.add(cancel);
    return () => {
      this.#cancels.delete(cancel);
      cancel();
    };
  }

  end(): void {
    this.#isOver = true;
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
  }
}

/** One process of the app, which the gate can kill. */
export interface Mortal {
  readonly life: Life;
  /** After a kill: what is left of it in this process goes. */
  bury(): Promise<void>;
}

/**
 * Everything by which an app reaches the world is its own and is cut at the kill, at once: its connections, its timers,
 * its right to commit and to write a secret. Whatever its memory still holds changes nothing any more, as after SIGKILL.
 */
export async function beginLife(
  clock: Clock,
  servers: Omit<Addresses, 'folder'>,
  { gate, onKill }: { readonly gate: Gate; readonly onKill: () => void },
): Promise<Mortal> {
  const own = new OwnClock(clock);
  const relays = {
    slack: await openRelay(servers.slack.apiUrl),
    openai: await openRelay(servers.openai.url),
    anthropic: await openRelay(servers.anthropic.url),
  };
  const cut = () => {
    own.end();
    for (const relay of Object.values(relays)) relay.cut();
  };
  let app: KeystewardApp | undefined;
  gate.open(() => {
    cut();
    onKill();
  });
  return {
    life: {
      overrides: { clock: own },
      addresses: {
        slack: { apiUrl: relays.slack.url },
        openai: { url: relays.openai.url },
        anthropic: { url: relays.anthropic.url },
      },
      onApp: (made) => {
        app = made;
        watchDeps(made.deps, gate);
      },
    },
    async bury() {
      cut();
      await app?.deps.store.close().catch(() => {});
      // Its socket would try to come back; the database is closed, so it says no more than that.
      void app?.stop().catch(() => {});
    },
  };
}
