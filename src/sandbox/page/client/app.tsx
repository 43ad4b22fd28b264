import { useCallback, useState } from 'react';
import { useFeed } from './hooks/use-feed.ts';
import { useOrders } from './hooks/use-orders.ts';
import { channelAt, usePageOf, usePart, useTitle } from './hooks/use-page.ts';
import { isSwitch, useStored } from './hooks/use-stored.ts';
import { useTheme } from './hooks/use-theme.ts';
import { useToasts } from './hooks/use-toasts.ts';
import { useCalls, useUnread } from './hooks/use-unread.ts';
import { ModalStack } from './modals/modal-stack.tsx';
import { NowContext, PageContext, type Place } from './page-context.ts';
import { HOME, Sidebar } from './shell/sidebar.tsx';
import { StatusLine } from './shell/status-line.tsx';
import { Toasts } from './shell/toasts.tsx';
import { TopBar } from './shell/top-bar.tsx';
import { Workplace } from './shell/workplace.tsx';

// Until the page knows whom there is.
const FIRST_PERSON = 'U0ANA';
const MINUTE_MS = 60_000;

export function App() {
  const [person, setPerson] = useStored('person', FIRST_PERSON, isPerson);
  const [place, goTo] = useState<Place | null>(null);
  const [sound, setSound] = useStored<'on' | 'off'>('sound', 'off', isSwitch);
  const [truth, setTruth] = useStored<'on' | 'off'>('truth', 'on', isSwitch);
  const { choice, theme, choose } = useTheme();
  const { toasts, add, drop, dropCalls } = useToasts();
  const { shown, connection } = useFeed(person);
  const onProblem = useCallback((text: string) => add({ kind: 'problem', text }), [add]);
  const orders = useOrders(person, onProblem);
  const page = usePageOf(shown, { person, orders, goTo });
  const unread = useUnread(shown, person);
  const be = useCallback(
    (id: string) => {
      dropCalls();
      setPerson(id);
    },
    [dropCalls, setPerson],
  );
  usePart(shown, person, be);
  useTitle(unread.calls);
  const called = [...unread.byChannel].find(([, { calls }]) => calls > 0)?.[0];
  const selected = place?.channel === HOME ? HOME : channelAt(shown.channels, place)?.id;
  useCalls(shown, person, { hasSound: sound === 'on', open: selected, add });
  const hasTruth = truth === 'on';
  const toggleTruth = (): void => setTruth(hasTruth ? 'off' : 'on');
  return (
    <PageContext value={page}>
      <NowContext value={Math.floor((shown.clock?.now ?? 0) / MINUTE_MS) * MINUTE_MS}>
        {/* The library's styles hang on this id; its own copies of it are taken off. */}
        <div id="slack_blocks_to_jsx" className="ks-frame">
          <TopBar
            clock={shown.clock}
            stories={shown.stories}
            calls={unread.calls}
            onBell={() => called !== undefined && goTo({ channel: called })}
            sound={{ isOn: sound === 'on', toggle: () => setSound(sound === 'on' ? 'off' : 'on') }}
            theme={{ choice, choose }}
            truth={{ isOn: hasTruth, toggle: toggleTruth }}
          />
          <StatusLine shown={shown} connection={connection} />
          <Sidebar selected={selected} unread={unread.byChannel} onBe={be} />
          <Workplace
            shown={shown}
            place={place}
            theme={theme}
            hasTruth={hasTruth}
            onTruth={toggleTruth}
            onRead={unread.read}
          />
          <ModalStack modals={shown.modals ?? []} />
          <Toasts toasts={toasts} onDrop={drop} onGo={(channel) => goTo({ channel })} />
        </div>
      </NowContext>
    </PageContext>
  );
}

function isPerson(value: string): value is string {
  return /^[UW]\w+$/.test(value);
}
