const DAY_MS = 86_400_000;
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** Such as `Sat 17 Oct 2026`. */
export function shortDate(at: number): string {
  const date = new Date(at);
  return `${weekday(date).slice(0, 3)} ${date.getUTCDate()} ${month(date).slice(0, 3)} ${date.getUTCFullYear()}`;
}

/** Such as `02:10`, in UTC as everything on the page. */
export function timeOfDay(at: number): string {
  return new Date(at).toISOString().slice(11, 16);
}

/** The line between two days of messages. */
export function dayLine(at: number, now: number): string {
  const near = nearDay(at, now);
  const date = new Date(at);
  return near ?? `${weekday(date)}, ${month(date)} ${date.getUTCDate()}`;
}

export function dayOf(at: number): number {
  return Math.floor(at / DAY_MS);
}

/** Fills in the tokens of Slack's `<!date^…>`, in UTC. */
export function dateText(at: number, format: string, now: number): string {
  if (Number.isNaN(new Date(at).getTime())) return '';
  const date = new Date(at);
  const iso = date.toISOString();
  const day = `${month(date)} ${date.getUTCDate()}`;
  const short = `${month(date).slice(0, 3)} ${date.getUTCDate()}, ${date.getUTCFullYear()}`;
  // In the middle of a sentence, as Slack writes them.
  const near = nearDay(at, now)?.toLowerCase();
  const tokens: Readonly<Record<string, string>> = {
    date_num: iso.slice(0, 10),
    date_slash: `${iso.slice(5, 7)}/${iso.slice(8, 10)}/${iso.slice(0, 4)}`,
    date: `${day}, ${date.getUTCFullYear()}`,
    date_pretty: near ?? day,
    date_short: short,
    date_short_pretty: near ?? short,
    date_long: `${weekday(date)}, ${day}, ${date.getUTCFullYear()}`,
    date_long_full: `${day}, ${date.getUTCFullYear()}`,
    date_long_pretty: near ?? `${weekday(date)}, ${day}, ${date.getUTCFullYear()}`,
    day_divider_pretty: nearDay(at, now) ?? `${weekday(date)}, ${day}`,
    time: `${iso.slice(11, 16)} UTC`,
    time_secs: `${iso.slice(11, 19)} UTC`,
    ago: ago(at, now),
  };
  return format.replaceAll(/\{([a-z_]+)\}/g, (whole, name: string) => tokens[name] ?? whole);
}

function nearDay(at: number, now: number): string | undefined {
  return { 0: 'Today', '-1': 'Yesterday', 1: 'Tomorrow' }[dayOf(at) - dayOf(now)];
}

function ago(at: number, now: number): string {
  const minutes = Math.round(Math.abs(now - at) / 60_000);
  const [count, unit] =
    minutes < 60
      ? [minutes, 'minute']
      : minutes < 24 * 60
        ? [Math.round(minutes / 60), 'hour']
        : [Math.round(minutes / (24 * 60)), 'day'];
  if (count === 0) return 'just now';
  const words = `${count} ${unit}${count === 1 ? '' : 's'}`;
  return at > now ? `in ${words}` : `${words} ago`;
}

function weekday(date: Date): string {
  return WEEKDAYS[date.getUTCDay()] ?? '';
}

function month(date: Date): string {
  return MONTHS[date.getUTCMonth()] ?? '';
}
