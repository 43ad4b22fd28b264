import { useEffect, useMemo, useState } from 'react';
import { objectsIn } from '../../../slack/json.ts';
import type { PageView } from '../../protocol.ts';
import { BlockList } from '../blocks/block-list.tsx';
import { FormContext, type FormHold } from '../blocks/target.ts';
import { type Entries, withEntry } from '../logic/form.ts';
import { usePage } from '../page-context.ts';

const PLACE = { home: true } as const;

/** The app's Home tab. Opening it tells the app, as in Slack. */
export function HomePane({ home }: { home: PageView | null | undefined }) {
  const { orders } = usePage();
  const [draft, setDraft] = useState<Entries>({});
  useEffect(() => void orders.gesture({ kind: 'open-home' }), [orders]);
  const form: FormHold = useMemo(
    () => ({
      values: home?.values ?? {},
      draft,
      errors: {},
      enter: (at, entry) => setDraft((before) => withEntry(before, at, entry)),
    }),
    [home?.values, draft],
  );
  return (
    <main className="ks-pane" aria-label="Keysteward Home">
      <header className="ks-pane-head">
        <h1>keysteward</h1>
        <span className="ks-hint">Home tab of the app</span>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <section className="ks-list ks-home" aria-label="Home" tabIndex={0}>
        {home ? (
          <FormContext value={form}>
            <BlockList blocks={objectsIn(home.body['blocks'])} place={PLACE} />
          </FormContext>
        ) : (
          <p className="ks-empty">The app has not published anything here yet.</p>
        )}
      </section>
    </main>
  );
}
