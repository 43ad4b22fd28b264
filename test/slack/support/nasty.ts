import fc from 'fast-check';

const KEY_LIKE = `sk-ant-api03-${'A1b2C3d4'.repeat(10)}`;

/** Labels that somebody who means harm, or a careless script, gives to keys, projects and models. */
export const NASTY_LABELS: readonly string[] = [
  '',
  ' ',
  '<!channel>',
  '<!here|here>',
  '<!subteam^S0SECURITY>',
  '<@U0ANA>',
  '<@U0ANA|ana>',
  '<#C0GENERAL>',
  '<https://evil.example|Revoke>',
  '<https://evil.example|',
  '&lt;!channel&gt;',
  '&lt;@U0ANA&gt;',
  '*bold* _it_ ~gone~ `code`',
  '```\n<!channel>\n```',
  '> quoted\n\n\nlines\r\n\u2028more',
  '| a | b |',
  '\u202Eevil right to left\u202C',
  '\u200B\u200Bhidden\u2060',
  '🔥'.repeat(60),
  '👩‍👩‍👧‍👦'.repeat(40),
  '\ud800 half a character',
  '&'.repeat(4_000),
  '<'.repeat(4_000),
  '*'.repeat(4_000),
  'x'.repeat(4_000),
  '"},{"type":"actions"',
  KEY_LIKE,
  `sk-proj-${'Z9'.repeat(60)} in a label`,
  `xoxb-${'1234567890-'.repeat(3)}abc`,
  '__proto__',
];

/** What no text that people see may hold: the whole of a value that looks like a key. */
export const KEY_LIKE_TEXTS: readonly string[] = [KEY_LIKE, 'Z9'.repeat(20), 'xoxb-1234567890'];

export const nastyText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...NASTY_LABELS),
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.array(fc.constantFrom(...NASTY_LABELS, ' ', '|', '\n', 'a'), { maxLength: 6 }).map((parts) => parts.join(' ')),
);
