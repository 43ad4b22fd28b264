import { describe, expect, test } from 'vitest';
import { drawable, localUrl, wordsOf } from '../../../../src/sandbox/page/client/logic/drawable.ts';

const fileUrl = (id: string) => `/sandbox/files/${id}?as=U0ANA`;

test('blocks with something to click, and blocks nobody knows, are not the library’s', () => {
  expect(
    ['section', 'actions', 'input', 'context', 'file', 'future'].map((type) => drawable({ type }, fileUrl)),
  ).toEqual([null, null, null, null, null, null]);
});

test('plain text is shown letter for letter', () => {
  const header = drawable({ type: 'header', text: { type: 'plain_text', text: '# *x*' } }, fileUrl);

  expect(header?.['text']).toEqual({ type: 'plain_text', text: '# *x*', verbatim: true });
});

test('marks stay marks although the app says verbatim, which means another thing in Slack', () => {
  const alert = drawable({ type: 'alert', text: { type: 'mrkdwn', text: '*x*', verbatim: true } }, fileUrl);

  expect(alert?.['text']).toEqual({ type: 'mrkdwn', text: '*x*', verbatim: false });
});

test('cells of a table are not read for marks', () => {
  const table = drawable(
    {
      type: 'table',
      rows: [
        [
          { type: 'raw_text', text: '<!channel> *x*' },
          { type: 'raw_number', value: 3 },
        ],
      ],
    },
    fileUrl,
  );

  expect(JSON.stringify(table?.['rows'])).toContain('"text":"<!channel> *x*"');
  expect(JSON.stringify(table?.['rows'])).toContain('"text":"3"');
});

describe('no picture is loaded from outside', () => {
  test.each([
    [{ image_url: 'https://evil.example/x.png' }, undefined],
    [{ image_url: '//evil.example/x.png' }, undefined],
    [{ image_url: 'data:image/png;base64,AA' }, undefined],
    [{ image_url: '/sandbox/x.png' }, '/sandbox/x.png'],
    [{ slack_file: { id: 'F1' } }, '/sandbox/files/F1?as=U0ANA'],
    [{}, undefined],
  ])('%j', (image, url) => {
    expect(localUrl(image, fileUrl)).toBe(url);
  });
});

test('a block that cannot be drawn says all its words', () => {
  const block = {
    type: 'future',
    title: { type: 'plain_text', text: 'Title' },
    elements: [
      { type: 'mrkdwn', text: 'a &lt; b' },
      { type: 'button', text: { type: 'plain_text', text: 'Go' } },
    ],
  };

  expect(wordsOf(block)).toBe('Title a < b Go');
});
