import type { ClockSection, StoriesSection } from '../../protocol.ts';
import { isTheme, type ThemeChoice } from '../hooks/use-theme.ts';
import { Icon } from './icon.tsx';
import { StoryPicker } from './story-picker.tsx';
import { TimeControls } from './time-controls.tsx';

interface Switch {
  readonly isOn: boolean;
  readonly toggle: () => void;
}

interface BarProps {
  readonly clock: ClockSection | undefined;
  readonly stories: StoriesSection | undefined;
  readonly calls: number;
  readonly onBell: () => void;
  readonly sound: Switch;
  readonly theme: { readonly choice: ThemeChoice; readonly choose: (choice: ThemeChoice) => void };
  readonly truth: Switch;
}

export function TopBar({ clock, stories, ...tools }: BarProps) {
  const playing = stories?.all.find(({ id }) => id === stories.playing);
  return (
    <header className="ks-top">
      <div className="ks-top-row">
        <StoryPicker stories={stories} />
        <TimeControls clock={clock} />
        <Tools {...tools} />
      </div>
      {playing !== undefined && (
        <p className="ks-watch">
          <strong>Watch for:</strong> {playing.watchFor}
        </p>
      )}
    </header>
  );
}

function Tools({ calls, onBell, sound, theme, truth }: Omit<BarProps, 'clock' | 'stories'>) {
  return (
    <div className="ks-top-tools">
      <button type="button" className="ks-icon ks-bell" onClick={onBell} aria-label={bellLabel(calls)}>
        <Icon name="bell" size={18} />
        {calls > 0 && (
          <span className="ks-badge" aria-hidden="true">
            {calls}
          </span>
        )}
      </button>
      <button
        type="button"
        className="ks-icon"
        aria-pressed={sound.isOn}
        aria-label="Sound"
        title="Sound when the bot calls you"
        onClick={sound.toggle}
      >
        <Icon name={sound.isOn ? 'sound' : 'mute'} size={18} />
      </button>
      <select
        className="ks-theme"
        aria-label="Theme"
        value={theme.choice}
        onChange={({ target }) => isTheme(target.value) && theme.choose(target.value)}
      >
        <option value="system">System</option>
        <option value="light">Light</option>
        <option value="dark">Dark</option>
      </select>
      <button type="button" className="ks-tool" aria-pressed={truth.isOn} onClick={truth.toggle}>
        Truth
      </button>
    </div>
  );
}

function bellLabel(calls: number): string {
  return calls === 0 ? 'No calls for you' : `${calls} ${calls === 1 ? 'call' : 'calls'} for you: show`;
}
