import { expect, test } from 'vitest';
import { US_DOLLAR } from '../../src/domain/money.ts';
import { renderSentence, type Sentence, type SentenceStyle } from '../../src/domain/sentence.ts';
import { MINUTE_MS } from '../../src/domain/time.ts';

const STYLE: SentenceStyle = {
  currency: US_DOLLAR,
  instant: (at) => `at(${at})`,
  foreign: (text) => `foreign(${text})`,
  own: (text) => `own(${text})`,
};

test('each part goes through the reader’s own way to show it, in order', () => {
  const sentence: Sentence = [
    { money: 22_000_000 },
    ' in ',
    { lengthMs: 5 * MINUTE_MS },
    '; began ',
    { instant: 7 },
    ' with ',
    { foreign: '<!channel>' },
  ];

  expect(renderSentence(sentence, STYLE)).toBe(
    'own($22)own( in )own(5 minutes)own(; began )at(7)own( with )foreign(<!channel>)',
  );
});

test('money is shown in the display currency', () => {
  expect(renderSentence([{ money: 22_000_000 }], { ...STYLE, currency: { code: 'EUR', usdRate: 0.5 } })).toBe(
    'own(€11)',
  );
});

test('a sentence survives the database as JSON, and an empty one is empty', () => {
  const sentence: Sentence = ['spending ', { money: 1 }, { foreign: 'x' }];

  expect(renderSentence(JSON.parse(JSON.stringify(sentence)), STYLE)).toBe(renderSentence(sentence, STYLE));
  expect(renderSentence([], STYLE)).toBe('');
});
