import { dateFormat } from '../../domain/formats.ts';
import { type DisplayCurrency, rateText } from '../../domain/money.ts';
import { scrubSecrets } from '../../domain/secret.ts';
import { renderSentence, type Sentence, type SentenceStyle } from '../../domain/sentence.ts';

/** What the views need of policy: the display currency, and the zone of texts that have none of their reader's. */
export interface Locale {
  readonly currency: DisplayCurrency;
  readonly timezone: string;
  /** `https://acme.slack.com/`; without it messages are named, not linked. */
  readonly workspaceUrl?: string | null;
}

const FOREIGN_MAX = 80;
// Controls, bidirectional marks, zero-width characters and line separators: nothing that a name needs.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Our own words in mrkdwn and in `text`. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Text from outside for plain_text and raw_text: one line, no controls, no credential, capped. */
export function plainForeign(text: string, max = FOREIGN_MAX): string {
  const line = scrubSecrets(text).replace(INVISIBLE, ' ').replace(/\s+/g, ' ').trim();
  // A cut through an emoji would leave half a character.
  return line.length > max ? `${line.slice(0, max - 1).replace(/[\ud800-\udbff]$/, '')}…` : line || '(no name)';
}

/** Text from outside in mrkdwn and in `text`: cannot ping, link or format. */
export function foreign(text: string, max = FOREIGN_MAX): string {
  // Formatting characters cannot be escaped in mrkdwn; a zero-width joiner after them takes their effect away.
  return escaped(plainForeign(text, max)).replace(/[*_~`]/g, (mark) => `${mark}\u2060`);
}

/** Cuts mrkdwn to a limit of Slack's, never inside an entity: half of one would show as garbage or break a date. */
export function capped(mrkdwn: string, max: number): string {
  if (mrkdwn.length <= max) return mrkdwn;
  return `${mrkdwn.slice(0, max - 1).replace(/(?:<[^>]*|&[a-z]{0,3}|[\ud800-\udbff])$/, '')}…`;
}

/** A link to a message of ours, or the words alone where its place is not known (yet). `words` are mrkdwn. */
export function messageLink(
  words: string,
  place: { readonly channel: string; readonly ts: string } | null,
  { workspaceUrl }: Pick<Locale, 'workspaceUrl'>,
): string {
  if (place === null || !workspaceUrl) return words;
  return `<${workspaceUrl}archives/${place.channel}/p${place.ts.replace('.', '')}|${words}>`;
}

/** `#name` as it is; an id as a link that shows the name. */
export function channelText(channel: string): string {
  return /^[CG][A-Z0-9]+$/.test(channel) ? `<#${channel}>` : escaped(channel);
}

/** Of a person or of a user group (`S…`). */
export function mention(id: string): string {
  return id.startsWith('S') ? `<!subteam^${id}>` : `<@${id}>`;
}

/** People and user groups of policy: `@chris`, `@chris or @security`, `@a, @b or @c`. */
export function mentionList(ids: readonly string[]): string {
  const mentions = ids.map((id) => (id.startsWith('S') ? `<!subteam^${id}>` : mention(id)));
  const last = mentions.pop() ?? '';
  return mentions.length === 0 ? last : `${mentions.join(', ')} or ${last}`;
}

/** Shown in the reader's own zone; the fallback is in policy's. */
export function instant(at: number, locale: Pick<Locale, 'timezone'>): string {
  return `<!date^${Math.floor(at / 1000)}^{time}|${clockText(at, locale.timezone)}>`;
}

export function dayAndTime(at: number, locale: Pick<Locale, 'timezone'>): string {
  return `<!date^${Math.floor(at / 1000)}^{date_short_pretty} {time}|${dateText(at, locale.timezone)} ${clockText(at, locale.timezone)}>`;
}

/** Providers count their days in UTC: the reader's own zone would name another day. */
export function utcDayText(at: number): string {
  return dateFormat('en-US', { timeZone: 'UTC', month: 'short', day: 'numeric' }).format(at);
}

export function dateText(at: number, timezone: string): string {
  return dateFormat('en-CA', { timeZone: timezone, dateStyle: 'short' }).format(at);
}

export function clockText(at: number, timezone: string): string {
  const time = dateFormat('en-GB', { timeZone: timezone, hour: '2-digit', minute: '2-digit' }).format(at);
  return timezone === 'UTC' ? `${time} UTC` : time;
}

/** The last line of a message with money in it: where that is not in US dollars it ends with the rate and its day. */
export function footerText(parts: readonly string[], { currency }: Pick<Locale, 'currency'>): string {
  const rate = rateText(currency);
  return (rate === null ? parts : [...parts, rate]).join(' · ');
}

export function mrkdwnSentence(sentence: Sentence, locale: Locale): string {
  const style: SentenceStyle = {
    currency: locale.currency,
    instant: (at) => instant(at, locale),
    foreign,
    own: escaped,
  };
  return renderSentence(sentence, style);
}

export function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** `slack:T1/U1` → a mention; a job or the command line by name. */
export function actorMention(actor: string): string {
  const user = /^slack:[^/]*\/([UW][A-Z0-9]+)$/.exec(actor)?.[1];
  if (user !== undefined) return mention(user);
  return actor.startsWith('system:') ? 'Keysteward' : escaped(actor);
}
