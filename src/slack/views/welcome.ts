import { formatMoney } from '../../domain/money.ts';
import { plural } from '../../domain/time.ts';
import type { MissingScopeCard, WelcomeCard } from '../../services/notices/describe-notice.ts';
import { missingScopeText } from '../scopes.ts';
import type { Words } from './blocks.ts';
import { claimButton } from './pick-keys-modals.ts';
import { channelText, escaped, type Locale } from './text.ts';

/** The first thing that Keysteward ever says, to whoever installed it. */
export function welcomeWords({ detail, connections, channel }: WelcomeCard, locale: Locale): Words {
  const keys = connections.reduce((sum, one) => sum + one.keys, 0);
  const spent = escaped(formatMoney(detail.spentMicroUsd, locale.currency));
  const found = connections.map(
    ({ title, connectionId, keys: count, isReadingOn }) =>
      `• ${escaped(title)} (${escaped(connectionId)}): ${plural(count, 'key')}${isReadingOn ? '; older usage is still being read' : ''}`,
  );
  const unread = connections.flatMap(({ title, problems }) =>
    problems.map((problem) => `:warning: ${escaped(title)}: ${escaped(problem)}`),
  );
  const unowned =
    detail.unowned === 0
      ? ''
      : ' Whose they are decides who is asked first at night: claim yours, and ask your team to.';
  return {
    verdict: 'Hello, this is Keysteward. I have read your keys for the first time and watch them from now on.',
    lines: [
      ...found,
      `${plural(keys, 'key')} in all, ${plural(detail.unowned, 'key')} without an owner, ${detail.stale.toLocaleString('en-US')} without traffic for 30 days. ${spent} spent in the last 31 days.${unowned}`,
      ...unread,
      `Alerts go to ${channelText(channel)}. My Home tab shows what needs you, \`/keys help\` what can be typed, and \`/keys test-alert\` tries the way of an alert out.`,
    ],
    footer: null,
    ...(detail.unowned === 0 ? {} : { buttons: [claimButton()] }),
  };
}

/** To the admins, once; and when it is over. */
export function missingScopeWords({ detail, closedAt }: MissingScopeCard): Words {
  const scope = escaped(detail.scope);
  if (closedAt !== null) return { verdict: `The app has the Slack scope ${scope} again.`, lines: [], footer: null };
  return {
    verdict: `:warning: Slack refuses what needs the scope ${scope}.`,
    lines: [escaped(missingScopeText([detail.scope]))],
    footer: null,
  };
}
