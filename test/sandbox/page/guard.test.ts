import { describe, expect, test } from 'vitest';
import { refusalOf } from '../../../src/sandbox/page/guard.ts';

const PORT = 4010;

function asked(headers: Record<string, string>, { method = 'GET', url = '/sandbox/events' } = {}) {
  return refusalOf({ headers, method, url }, PORT);
}

describe('who may ask', () => {
  test.each(['localhost:4010', '127.0.0.1:4010', '[::1]:4010', 'LOCALHOST:4010'])(
    '%s is the page’s own name',
    (host) => {
      expect(asked({ host })).toBeNull();
    },
  );

  test.each(['evil.example:4010', 'localhost', 'localhost:4011', 'localhost:4010.evil.example', '127.0.0.2:4010', ''])(
    'the name %j that leads here is refused, with where the page is',
    (host) => {
      expect(asked({ host })).toEqual({ status: 403, problem: 'This page is only at http://localhost:4010.' });
    },
  );

  test.each([
    'http://evil.example',
    'http://localhost',
    'https://localhost:4010',
    'http://localhost:4010.evil.example',
    'null',
  ])('a page of %s is refused', (origin) => {
    expect(asked({ host: 'localhost:4010', origin })).toMatchObject({ status: 403 });
  });

  test('the page itself is not refused', () => {
    const site = { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' };
    expect(asked({ host: 'localhost:4010', origin: 'http://localhost:4010', ...site })).toBeNull();
  });

  test.each(['cross-site', 'same-site'])(
    'an image or link of a %s page is refused, though it names no origin',
    (site) => {
      const headers = { host: 'localhost:4010', 'sec-fetch-site': site, 'sec-fetch-mode': 'no-cors' };
      expect(asked(headers, { url: '/api/chat.postMessage?token=xoxb-sandbox' })).toMatchObject({ status: 403 });
    },
  );

  test('a link from another site to the page itself may be followed', () => {
    const headers = { host: 'localhost:4010', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    expect(asked(headers, { url: '/' })).toBeNull();
    expect(asked(headers, { url: '/sandbox/story', method: 'POST' })).toMatchObject({ status: 403 });
  });
});
