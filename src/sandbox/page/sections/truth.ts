import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../domain/time.ts';
import type { Stage } from '../../stage.ts';
import type { KeyRange, ProviderId, WorldKey } from '../../world/index.ts';
import type { TrueKey, TruthSection } from '../protocol.ts';
import { callsOf } from './calls.ts';

const BUCKET_MS = 10 * MINUTE_MS;
const WINDOW_MS = 2 * DAY_MS;
/** So much of what was before the story is shown with it. */
const BEFORE_MS = 6 * HOUR_MS;
const PROVIDERS: readonly ProviderId[] = ['anthropic', 'openai'];

/** What is true outside Slack. A bucket that has ended never changes, so each is worked out once. */
export class TruthBook {
  readonly #stage: Stage;
  readonly #ended = new Map<string, number>();
  #latest: { readonly stamp: string; readonly section: TruthSection } | undefined;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  section(): TruthSection {
    const { clock, slack, openai, anthropic } = this.#stage;
    const stamp = [clock.now(), slack.calls.length, openai.calls.length, anthropic.calls.length].join(' ');
    if (this.#latest?.stamp !== stamp) this.#latest = { stamp, section: this.#read(clock.now()) };
    return this.#latest.section;
  }

  #read(now: number): TruthSection {
    const { world } = this.#stage;
    const first = Math.max(now - WINDOW_MS, world.startAt - BEFORE_MS);
    const endsAt: number[] = [];
    for (let at = ceilTo(first, BUCKET_MS) + BUCKET_MS; at < now + BUCKET_MS; at += BUCKET_MS) endsAt.push(at);
    const keys = PROVIDERS.flatMap((provider) =>
      world.keysOf(provider).map((key) => this.#keyOf(key, { now, endsAt })),
    );
    return { chart: { bucketMs: BUCKET_MS, endsAt }, keys, calls: callsOf(this.#stage) };
  }

  #keyOf(key: WorldKey, { now, endsAt }: { now: number; endsAt: readonly number[] }): TrueKey {
    const { world } = this.#stage;
    const { id, name, hint, provider, scopeId } = key;
    const leak = world.leaks.find(({ keyId, startedAt }) => keyId === id && startedAt <= now);
    const today = { keyId: id, from: Math.floor(now / DAY_MS) * DAY_MS, to: now };
    return {
      id,
      name,
      hint,
      provider,
      scope: world.scopes(provider).find((scope) => scope.id === scopeId)?.name ?? '',
      state: world.stateOf(id, now),
      stolenAt: leak?.startedAt ?? null,
      spentMicroUsd: endsAt.map((end) => this.#spent({ keyId: id, from: end - BUCKET_MS, to: Math.min(end, now) })),
      spentTodayMicroUsd: world.truth.burnedMicroUsd(today),
      stolenMicroUsd:
        leak === undefined
          ? 0
          : world.truth.stolenMicroUsd({ keyId: id, from: leak.firstProbeAt ?? leak.startedAt, to: now }),
    };
  }

  #spent(range: KeyRange): number {
    const { truth } = this.#stage.world;
    if (range.to - range.from < BUCKET_MS) return truth.burnedMicroUsd(range);
    const bucket = `${range.keyId} ${range.to}`;
    const known = this.#ended.get(bucket) ?? truth.burnedMicroUsd(range);
    this.#ended.set(bucket, known);
    return known;
  }
}

function ceilTo(at: number, stepMs: number): number {
  return Math.ceil(at / stepMs) * stepMs;
}
