import type { PageChannel } from '../../protocol.ts';
import type { Unread } from '../logic/unread.ts';
import { usePage } from '../page-context.ts';
import { Icon } from './icon.tsx';
import { WhoAmI } from './who-am-i.tsx';

export const HOME = 'home';

interface SidebarProps {
  readonly selected: string | undefined;
  readonly unread: ReadonlyMap<string, Unread>;
  readonly onBe: (person: string) => void;
}

export function Sidebar({ selected, unread, onBe }: SidebarProps) {
  const { workspace, channels, goTo } = usePage();
  const rooms = channels.filter(({ kind }) => kind !== 'direct');
  const directs = channels.filter(({ kind }) => kind === 'direct');
  const row = (channel: PageChannel) => (
    <ChannelRow
      key={channel.id}
      channel={channel}
      unread={unread.get(channel.id)}
      isSelected={channel.id === selected}
      onSelect={() => goTo({ channel: channel.id })}
    />
  );
  return (
    <nav className="ks-side" aria-label="Workspace">
      <p className="ks-workspace">
        {workspace.name} <span>sandbox</span>
      </p>
      <WhoAmI onBe={onBe} />
      <h2>Channels</h2>
      <ul>{rooms.map(row)}</ul>
      <h2>Direct messages</h2>
      <ul>{directs.map(row)}</ul>
      <h2>Apps</h2>
      <ul>
        <li>
          <button
            type="button"
            aria-current={selected === HOME ? 'page' : undefined}
            onClick={() => goTo({ channel: HOME })}
          >
            <span className="ks-row-name">
              <Icon name="home" /> keysteward Home
            </span>
          </button>
        </li>
      </ul>
      <p className="ks-side-foot">Everything here is simulated and stays on this machine.</p>
    </nav>
  );
}

function ChannelRow({
  channel,
  unread = { messages: 0, calls: 0 },
  isSelected,
  onSelect,
}: {
  channel: PageChannel;
  unread: Unread | undefined;
  isSelected: boolean;
  onSelect: () => void;
}) {
  const { name, kind } = channel;
  const sign = kind === 'direct' ? '' : kind === 'private' ? '🔒 ' : '#';
  const news = unread.calls > 0 ? `, ${unread.calls} for you` : unread.messages > 0 ? `, ${unread.messages} new` : '';
  return (
    <li>
      <button
        type="button"
        className={unread.messages > 0 || unread.calls > 0 ? 'ks-unread' : ''}
        aria-current={isSelected ? 'page' : undefined}
        aria-label={`${sign}${name}${news}`}
        onClick={onSelect}
      >
        <span className="ks-row-name">
          {sign}
          {name}
        </span>
        {unread.calls > 0 ? (
          <span className="ks-badge">{unread.calls}</span>
        ) : (
          unread.messages > 0 && <span className="ks-count">{unread.messages}</span>
        )}
      </button>
    </li>
  );
}
