import type { ComponentProps } from 'react';
import type { Message } from 'slack-blocks-to-jsx';
import { ChannelMention, GroupMention, UserMention } from './mention.tsx';
import { SafeLink } from './safe-link.tsx';
import { SlackDate } from './slack-date.tsx';

/** What the page draws inside the library's text: what depends on who looks and on the simulated time. */
export const hooks: NonNullable<ComponentProps<typeof Message>['hooks']> = {
  user: ({ id }) => <UserMention id={id} />,
  channel: ({ id }) => <ChannelMention id={id} />,
  usergroup: ({ id }) => <GroupMention id={id} />,
  date: ({ timestamp, format }) => <SlackDate seconds={Number(timestamp)} format={format} />,
  link: ({ href, children }) => <SafeLink href={href}>{children}</SafeLink>,
};
