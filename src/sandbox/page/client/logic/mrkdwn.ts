import type { JsonObject } from '../../../slack/json.ts';

// Slack's mrkdwn, read into rich text elements. The library reads it as Markdown, which loses lines that look like headings or
// lists and turns escaped `&lt;!channel&gt;` back into a mention; its rich text shows exactly what it is given.

type Style = Readonly<Record<string, true>>;

const FENCE = /```\n?([\s\S]*?)\n?```/;
const QUOTE = /^(?:&gt;|>) ?/;
const ATOM = /<([^<>\n]+)>|`([^`\n]+)`/g;
// A mark counts beside a space or punctuation only: `snake_case` and `2*3*4` stay what they are.
const MARKED = /(?<![\p{L}\p{N}])([*_~])(?=\S)([^\n]*?\S)\1(?![\p{L}\p{N}])/u;
const EMOJI = /(?<![\p{L}\p{N}]):([a-z][a-z0-9_+-]*):(?![\p{L}\p{N}])/u;
const STYLES: Readonly<Record<string, string>> = { '*': 'bold', _: 'italic', '~': 'strike' };
// Stand for what has been read already; nobody else can write them, they are taken out first.
const HOLD_FIRST = 0xe000;
const HOLDS = /[\uE000-\uF8FF]/;
const SAFE_LINK = /^(?:https?:\/\/|mailto:)/i;

/** mrkdwn as a `rich_text` block. */
export function richText(mrkdwn: string): JsonObject {
  return { type: 'rich_text', elements: paragraphs(mrkdwn.replaceAll(/[\uE000-\uF8FF]/g, '')) };
}

/** A literal text as a `rich_text` block; only `:emoji:` is read. */
export function plainRichText(text: string): JsonObject {
  return { type: 'rich_text', elements: [part('rich_text_section', withEmoji(text, {}))] };
}

export function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

function paragraphs(text: string): readonly JsonObject[] {
  const fence = FENCE.exec(text);
  if (fence === null) return lines(text);
  const code = part('rich_text_preformatted', [{ type: 'text', text: unescaped(fence[1] ?? '') }]);
  const before = text.slice(0, fence.index).replace(/\n$/, '');
  const after = text.slice(fence.index + fence[0].length).replace(/^\n/, '');
  return [...lines(before), code, ...paragraphs(after)];
}

function lines(text: string): readonly JsonObject[] {
  if (text === '') return [];
  const groups: { isQuote: boolean; lines: string[] }[] = [];
  for (const line of text.split('\n')) {
    const isQuote = QUOTE.test(line);
    const own = isQuote ? line.replace(QUOTE, '') : line;
    const last = groups.at(-1);
    if (last?.isQuote === isQuote) last.lines.push(own);
    else groups.push({ isQuote, lines: [own] });
  }
  return groups.map((group) =>
    part(group.isQuote ? 'rich_text_quote' : 'rich_text_section', inline(group.lines.join('\n'))),
  );
}

function part(type: string, elements: readonly JsonObject[]): JsonObject {
  return { type, elements };
}

function inline(text: string): readonly JsonObject[] {
  const held: JsonObject[] = [];
  const holding = text.replaceAll(ATOM, (whole, entity: string | undefined, code: string | undefined) => {
    const atom = entity === undefined ? { code: unescaped(code ?? '') } : entityOf(entity, whole);
    held.push(atom);
    return String.fromCharCode(HOLD_FIRST + held.length - 1);
  });
  return styled(holding, {}, held);
}

function styled(text: string, style: Style, held: readonly JsonObject[]): readonly JsonObject[] {
  const match = MARKED.exec(text);
  if (match === null) return leaves(text, style, held);
  const [whole, mark = '', content = ''] = match;
  return [
    ...leaves(text.slice(0, match.index), style, held),
    ...styled(content, { ...style, [STYLES[mark] ?? 'bold']: true }, held),
    ...styled(text.slice(match.index + whole.length), style, held),
  ];
}

function leaves(text: string, style: Style, held: readonly JsonObject[]): readonly JsonObject[] {
  if (text === '') return [];
  const hold = HOLDS.exec(text);
  if (hold === null) return withEmoji(unescaped(text), style);
  const atom = held[hold[0].charCodeAt(0) - HOLD_FIRST] ?? {};
  const element =
    'code' in atom ? { type: 'text', text: atom['code'], style: { ...style, code: true } } : { ...atom, style };
  return [
    ...withEmoji(unescaped(text.slice(0, hold.index)), style),
    element,
    ...leaves(text.slice(hold.index + 1), style, held),
  ];
}

function withEmoji(text: string, style: Style): readonly JsonObject[] {
  if (text === '') return [];
  const match = EMOJI.exec(text);
  if (match === null) return [{ type: 'text', text, style }];
  return [
    ...withEmoji(text.slice(0, match.index), style),
    { type: 'emoji', name: match[1] },
    ...withEmoji(text.slice(match.index + match[0].length), style),
  ];
}

function entityOf(inner: string, whole: string): JsonObject {
  const [target = '', label] = inner.split('|');
  if (/^@[UW]/.test(target)) return { type: 'user', user_id: target.slice(1) };
  if (target.startsWith('#')) return { type: 'channel', channel_id: target.slice(1) };
  if (target.startsWith('!subteam^')) return { type: 'usergroup', usergroup_id: target.slice('!subteam^'.length) };
  if (target.startsWith('!date^')) return dateOf(target, label);
  if (/^!(here|channel|everyone)$/.test(target)) return { type: 'broadcast', range: target.slice(1) };
  if (SAFE_LINK.test(target)) return { type: 'link', url: unescaped(target), text: unescaped(label ?? target) };
  return { type: 'text', text: unescaped(label ?? whole) };
}

function dateOf(target: string, fallback: string | undefined): JsonObject {
  const [, seconds = '', format = '{date_short} {time}'] = target.split('^');
  const timestamp = Number(seconds);
  if (seconds === '' || !Number.isFinite(timestamp)) return { type: 'text', text: unescaped(fallback ?? '') };
  return { type: 'date', timestamp, format };
}
