import { describe, expect, test } from 'vitest';
import { type Checked, GestureMemory } from '../../src/slack/gesture-memory.ts';
import { noticeModal } from '../../src/slack/views/action-modal.ts';

const TAKEN: Checked = { ok: true, view: noticeModal('x', 'Working…') };
const SENT_BACK: Checked = { ok: false, errors: { reason: 'Say why.' } };

describe('a gesture', () => {
  test('is new once, and the memory of it is bounded', () => {
    const memory = new GestureMemory();

    expect([memory.isNew('a'), memory.isNew('a'), memory.isNew('b')]).toEqual([true, false, true]);
    for (let i = 0; i < 2_000; i += 1) memory.isNew(`x${i}`);
    expect(memory.isNew('x1999')).toBe(false);
    expect(memory.isNew('a')).toBe(true);
  });
});

describe('a submission', () => {
  test('that was taken gets the same answer again, also while the first is being looked at', async () => {
    const memory = new GestureMemory();
    let checks = 0;
    const check = async (): Promise<Checked> => {
      checks += 1;
      return TAKEN;
    };

    const [first, second] = await Promise.all([memory.check('v:h', check), memory.check('v:h', check)]);
    const third = await memory.check('v:h', check);

    expect([first, second, third, checks]).toEqual([TAKEN, TAKEN, TAKEN, 1]);
  });

  test('that was sent back may come again', async () => {
    const memory = new GestureMemory();

    const first = await memory.check('v:h', async () => SENT_BACK);
    const second = await memory.check('v:h', async () => TAKEN);

    expect([first, second]).toEqual([SENT_BACK, TAKEN]);
  });

  test('is forgotten when thousands came after it', async () => {
    const memory = new GestureMemory();
    for (let i = 0; i <= 2_000; i += 1) await memory.check(`v${i}`, async () => TAKEN);

    expect(await memory.check('v2000', async () => SENT_BACK)).toBe(TAKEN);
    expect(await memory.check('v0', async () => SENT_BACK)).toBe(SENT_BACK);
  });
});
