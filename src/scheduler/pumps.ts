import type { WakeTopic } from '../ports/store.ts';
import { runDueActions } from '../services/actions/execute-action.ts';
import { sendDuePages } from '../services/alerts/send-pages.ts';
import type { Deps } from '../services/deps.ts';
import { dueWork } from './due/index.ts';
import { Pump } from './pump.ts';

// Whatever changes what people see wakes one of these.
const HOME_TOPICS: readonly WakeTopic[] = ['outbox', 'actions', 'timers'];

/** What only Slack's side can do. */
export interface SlackWork {
  sendMessages(): Promise<void>;
  readonly home: { publishChanged(): Promise<void>; nextDueAt(): number | null };
}

export interface Pumps {
  /** In the order in which they are stopped: what others leave in the outbox is sent last. */
  readonly all: readonly Pump[];
  /** Wakes each at the commits that give it work. Returns the ways to stop. */
  listen(): readonly (() => void)[];
}

/** Everything that works as soon as there is something to do. */
export function createPumps(deps: Deps, { sendMessages, home }: SlackWork): Pumps {
  const { store } = deps;
  const { outbox, actions } = store.read;
  const messages = new Pump({ name: 'outbox', deps, run: sendMessages, nextDueAt: () => outbox.nextDueAt() });
  const pages = new Pump({
    name: 'pages',
    deps,
    run: () => sendDuePages(deps),
    nextDueAt: () => outbox.nextDueAt('pages'),
  });
  const acts = new Pump({
    name: 'actions',
    deps,
    run: () => runDueActions(deps),
    nextDueAt: () => actions.nextDueAt(),
  });
  const timers = dueWork.map(
    (work) => new Pump({ name: work.name, deps, run: () => work.run(deps), nextDueAt: () => work.nextDueAt(deps) }),
  );
  const tabs = new Pump({
    name: 'home',
    deps,
    run: () => home.publishChanged(),
    nextDueAt: async () => home.nextDueAt(),
  });
  const wakes: readonly (readonly [WakeTopic, Pump])[] = [
    ['outbox', messages],
    ['outbox', pages],
    ['actions', acts],
    ...timers.map((timer) => ['timers', timer] as const),
    ...HOME_TOPICS.map((topic) => [topic, tabs] as const),
  ];
  return {
    all: [tabs, ...timers, acts, pages, messages],
    listen: () => wakes.map(([topic, pump]) => store.onCommit(topic, () => pump.wake())),
  };
}
