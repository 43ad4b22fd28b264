/** How ids are spoken. */
export interface Names {
  user(id: string): string;
  channel(id: string): string;
  usergroup(id: string): string;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** mrkdwn as a person sees it: entities read, formatting marks left out, dates in UTC. */
export function plainText(mrkdwn: string, names: Names): string {
  const spoken = mrkdwn.replace(/<([^<>]+)>/g, (_whole, inner: string) => entity(inner, names));
  return readEntities(withoutMarks(spoken));
}

function entity(inner: string, names: Names): string {
  const [target = '', label] = inner.split('|');
  if (target.startsWith('@')) return `@${names.user(target.slice(1))}`;
  if (target.startsWith('#')) return `#${names.channel(target.slice(1))}`;
  if (target.startsWith('!subteam^')) return `@${names.usergroup(target.slice('!subteam^'.length))}`;
  if (target.startsWith('!date^')) return dateText(target, label);
  if (target.startsWith('!')) return `@${target.slice(1)}`;
  return label ?? target;
}

function dateText(target: string, fallback: string | undefined): string {
  const [, seconds = '', format = ''] = target.split('^');
  const date = new Date(Number(seconds) * 1000);
  if (Number.isNaN(date.getTime())) return fallback ?? '';
  const iso = date.toISOString();
  const day = `${MONTHS[date.getUTCMonth()]} ${date.getUTCDate()}, ${date.getUTCFullYear()}`;
  const text = format
    .replaceAll('{date_num}', iso.slice(0, 10))
    .replaceAll('{time_secs}', iso.slice(11, 19))
    .replaceAll('{time}', iso.slice(11, 16))
    .replaceAll('{ago}', `${iso.slice(0, 10)} ${iso.slice(11, 16)}`)
    .replaceAll(/\{(?:date|day)[a-z_]*\}/g, day);
  return format.includes('time') || format.includes('ago') ? `${text} UTC` : text;
}

function withoutMarks(text: string): string {
  const marks = /(^|[\s([{])([*_~])(?=\S)([^\n]*?\S)\2(?=$|[\s)\]}.,:;!?'"·…-])/gm;
  const once = text.replace(marks, '$1$3');
  return once === text ? text.replaceAll('`', '') : withoutMarks(once);
}

function readEntities(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

/** Typed text as it is stored: the three characters that mean something in mrkdwn are written as entities. */
export function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
