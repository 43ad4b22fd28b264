import { memo } from 'react';
import type { TruthSection } from '../../protocol.ts';
import { Icon } from '../shell/icon.tsx';
import { BurnPanel } from './burn-panel.tsx';
import { CallList } from './call-list.tsx';
import { KeyStates } from './key-states.tsx';

/** What is so outside Slack: it shows what a click has done. */
export const TruthPanel = memo(function TruthPanel({
  truth,
  theme,
  onClose,
}: {
  truth: TruthSection | undefined;
  theme: 'light' | 'dark';
  onClose: () => void;
}) {
  return (
    <aside className="ks-truth" aria-label="Truth outside Slack">
      <header className="ks-pane-head">
        <h2>Truth outside Slack</h2>
        <span className="ks-hint">not what the bot believes</span>
        <button type="button" className="ks-icon" aria-label="Hide the truth panel" onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      {truth === undefined ? (
        <p className="ks-empty">Waiting for the providers…</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
        <section className="ks-truth-body" aria-label="Money, keys and calls" tabIndex={0}>
          <BurnPanel truth={truth} theme={theme} />
          <KeyStates keys={truth.keys} />
          <CallList calls={truth.calls} />
        </section>
      )}
    </aside>
  );
});
