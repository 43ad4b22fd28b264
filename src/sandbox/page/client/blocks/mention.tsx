import { usePage } from '../page-context.ts';

export function UserMention({ id }: { id: string }) {
  const { people, person } = usePage();
  const name = people.find((one) => one.id === id)?.name ?? id;
  return <span className={id === person ? 'ks-mention ks-mention-me' : 'ks-mention'}>@{name}</span>;
}

export function ChannelMention({ id }: { id: string }) {
  const { channels, goTo } = usePage();
  const channel = channels.find((one) => one.id === id);
  if (channel === undefined) return <span className="ks-mention">#{id}</span>;
  return (
    <button type="button" className="ks-mention ks-mention-link" onClick={() => goTo({ channel: id })}>
      #{channel.name}
    </button>
  );
}

export function GroupMention({ id }: { id: string }) {
  const { groups } = usePage().workspace;
  return <span className="ks-mention">@{groups.find((one) => one.id === id)?.handle ?? id}</span>;
}
