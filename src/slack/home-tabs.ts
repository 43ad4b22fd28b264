import { createHash } from 'node:crypto';
import type { HomeView } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import type { Person } from '../domain/authorise.ts';
import { AppError, toError } from '../domain/errors.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../domain/time.ts';
import type { HomeTab } from '../ports/home.ts';
import type { Deps } from '../services/deps.ts';
import { type HomeBasis, readBasis, readHome } from '../services/home/read-home.ts';
import { standingOf } from './authorise.ts';
import type { Gesture, Home, Identity } from './context.ts';
import { refusalText } from './refusal.ts';
import { fromSlackError } from './slack-error.ts';
import { homeRefusalView, homeView } from './views/home.ts';
import type { Locale } from './views/text.ts';

/** Whoever opened it longer ago gets what is new when they open it again. */
const SEEN_LATELY_MS = 2 * HOUR_MS;
/** Between two rounds: what changes meanwhile is told at once. */
const BETWEEN_MS = 5 * SECOND_MS;
/** How old a look-up of rights may be for an edit; each opening and each click looks them up anew. */
const KNOWN_FOR_MS = 5 * MINUTE_MS;

export interface HomeTabsOptions {
  readonly deps: Deps;
  readonly identity: Identity;
  readonly locale: Locale;
  readonly client: WebClient;
  /** Rejects rate-limited calls and does not retry. */
  readonly bulk: WebClient;
}

/**
 * Publishes Home tabs. No row of the outbox stands for one: it is a rendering that whoever looks gets made again, and what
 * was lost comes with the next change, minute or opening, since a hash counts only once Slack has taken the view.
 */
export class HomeTabs implements Home {
  readonly #options: HomeTabsOptions;
  readonly #turns = new Map<string, Promise<unknown>>();
  readonly #people = new Map<string, { readonly person: Person; readonly at: number }>();
  /** How many times data were read, and of which reading each person's tab is: a round must not go back behind it. */
  #readings = 0;
  readonly #shown = new Map<string, number>();
  #isChanged = false;
  #isClosed = false;
  #nextRoundAt = 0;

  constructor(options: HomeTabsOptions) {
    this.#options = options;
  }

  opened(gesture: Gesture, shownHash: string | null): Promise<void> {
    return this.#publishNow(gesture, (tab) => ({
      tab: { ...tab, openedAt: this.#options.deps.clock.now() },
      isThere: tab.viewHash !== null && tab.viewHash === shownHash,
    }));
  }

  turnTo(gesture: Gesture, page: number): Promise<void> {
    return this.#publishNow(gesture, (tab) => ({ tab: { ...tab, page }, isThere: true }));
  }

  /** After any change: brings the tabs of people who were seen lately up to date, at most every few seconds. */
  async publishChanged(): Promise<void> {
    const { deps } = this.#options;
    const now = deps.clock.now();
    // A clock that was far ahead and has been set right must not silence it.
    if (now < this.#nextRoundAt && this.#nextRoundAt - now <= MINUTE_MS) {
      this.#isChanged = true;
      return;
    }
    this.#isChanged = false;
    const tabs = await deps.store.read.homeTabs.openedSince(now - SEEN_LATELY_MS);
    if (tabs.length === 0) return;
    this.#nextRoundAt = now + BETWEEN_MS;
    const reading = ++this.#readings;
    const basis = await readBasis(deps);
    for (const { userId } of tabs) {
      // What is left comes with the first round after the start.
      if (this.#isClosed) return;
      await this.#inTurn(userId, () => this.#refresh(userId, { reading, basis }));
    }
  }

  /** Ends a round that is under way after the tab that it is at. */
  close(): void {
    this.#isClosed = true;
  }

  /** When the next round is due; null: nothing has changed since the last one. */
  nextDueAt(): number | null {
    return this.#isChanged ? this.#nextRoundAt : null;
  }

  /** One publish per person at a time: the last one to end is the last one made. */
  #inTurn(userId: string, run: () => Promise<void>): Promise<void> {
    const turn = (this.#turns.get(userId) ?? Promise.resolve()).catch(() => undefined).then(run);
    this.#turns.set(userId, turn);
    return turn.finally(() => {
      if (this.#turns.get(userId) === turn) this.#turns.delete(userId);
    });
  }

  #publishNow(
    gesture: Gesture,
    change: (tab: HomeTab) => { readonly tab: HomeTab; readonly isThere: boolean },
  ): Promise<void> {
    const { deps, client } = this.#options;
    return this.#inTurn(gesture.userId, async () => {
      const reading = ++this.#readings;
      const { tab, isThere } = change(await this.#tabOf(gesture.userId));
      await deps.store.write((tx) => tx.homeTabs.put(tab));
      const view = await this.#render(gesture, { page: tab.page }).catch((error: unknown) =>
        homeRefusalView(refusalText(deps.logger, error)),
      );
      await this.#publish(client, { tab, view, isThere }).catch((error: unknown) => {
        throw fromSlackError(error);
      });
      this.#shown.set(gesture.userId, reading);
    });
  }

  /** A look-up that fails leaves what is there: only an opening has somebody who waits. */
  async #refresh(userId: string, { reading, basis }: { reading: number; basis: HomeBasis }): Promise<void> {
    if ((this.#shown.get(userId) ?? 0) > reading) return;
    const { deps, identity, bulk } = this.#options;
    try {
      const tab = await this.#tabOf(userId);
      const gesture = { userId, teamId: identity.teamId };
      const view = await this.#render(gesture, { page: tab.page, basis }).catch((error: unknown) => {
        if (!isRefusal(error)) throw error;
        return homeRefusalView(refusalText(deps.logger, error));
      });
      await this.#publish(bulk, { tab, view, isThere: true });
      this.#shown.set(userId, reading);
    } catch (thrown) {
      const error = fromSlackError(thrown);
      deps.logger.info('a Home tab is not up to date', { user: userId, problem: error.message });
      // Asked again with the next change or minute, and not before Slack wants to be.
      const pauseMs = Math.min(error.retryAfterMs ?? 0, MINUTE_MS);
      this.#nextRoundAt = Math.max(this.#nextRoundAt, deps.clock.now() + pauseMs);
    }
  }

  async #render(gesture: Gesture, { page, basis }: { page: number; basis?: HomeBasis }): Promise<HomeView> {
    const { deps, identity, locale } = this.#options;
    const person = (userId: string) => this.#personOf(userId, basis !== undefined);
    const looking = { ...deps, directory: { ...deps.directory, person } };
    const { sight, roles } = await standingOf({ deps: looking, identity }, gesture);
    const asker = { userId: gesture.userId, roles, seesAll: sight === 'all' };
    const card = await readHome(deps, asker, { basis: basis ?? (await readBasis(deps)), page });
    return homeView(card, locale);
  }

  async #personOf(userId: string, mayBeKnown: boolean): Promise<Person> {
    const { clock, directory } = this.#options.deps;
    const known = this.#people.get(userId);
    const now = clock.now();
    // A clock that was set back makes nothing younger.
    const isYoung = known !== undefined && now >= known.at && now - known.at < KNOWN_FOR_MS;
    if (mayBeKnown && isYoung) return known.person;
    this.#people.delete(userId);
    const person = await directory.person(userId);
    this.#people.set(userId, { person, at: now });
    return person;
  }

  async #publish(
    client: WebClient,
    { tab, view, isThere }: { tab: HomeTab; view: HomeView; isThere: boolean },
  ): Promise<void> {
    const { store, clock } = this.#options.deps;
    const contentHash = createHash('sha256').update(JSON.stringify(view)).digest('hex');
    if (isThere && tab.contentHash === contentHash) return;
    // Before the answer nobody knows what stands there.
    await store.write((tx) => tx.homeTabs.put({ ...tab, contentHash: null }));
    const { view: shown } = await client.views.publish({ user_id: tab.userId, view });
    const viewHash = shown?.hash ?? null;
    await store.write((tx) => tx.homeTabs.put({ ...tab, contentHash, viewHash, publishedAt: clock.now() }));
  }

  async #tabOf(userId: string): Promise<HomeTab> {
    const { store } = this.#options.deps;
    const known = await store.read.homeTabs.get(userId);
    return known ?? { userId, openedAt: 0, page: 1, publishedAt: null, contentHash: null, viewHash: null };
  }
}

/** The person has no right to see it (any more); a look-up that failed has a cause and says nothing. */
function isRefusal(error: unknown): boolean {
  return error instanceof AppError && error.code === 'forbidden' && toError(error).cause === undefined;
}
