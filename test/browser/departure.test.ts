import { expect, test } from 'vitest';
import { inBrowser, textOf } from './support/desk.ts';

inBrowser('somebody leaves', { story: 'departure', speed: 0 }, (desk) => {
  const message = () => desk.message(/has left/);
  const button = (name: RegExp) => message().getByRole('button', { name });
  const counted = (words: string | RegExp) => message().getByText(words).first().waitFor();

  test('one message says what they owned and could read, and what stands still without it', async () => {
    await message().waitFor();
    const text = await textOf(message());
    expect(text).toContain('0 of 8 keys handled');
    expect(text).toMatch(/Theirs \(3\).*staging-ci.*They could read \(5\).*coding-agents/s);
    expect(text).toMatch(
      /nightly-batch.* requests and \$.*nightly-summaries.*Without it nightly job, sales dashboard break/s,
    );
    expect(text).toMatch(/load-test.*No traffic in 7 days/s);
    expect(await desk.barriers()).toEqual([]);
    await desk.picture('departure');
    await desk.page.getByRole('combobox', { name: 'Theme' }).selectOption('dark');
    await desk.picture('departure-dark');
    await desk.page.getByRole('combobox', { name: 'Theme' }).selectOption('light');
  });

  test('what was theirs goes to somebody else, and the message counts it', async () => {
    await button(/^Reassign all/).click();
    await desk.dialog.getByRole('combobox', { name: /New owner/ }).selectOption({ label: 'Ben Okafor (@ben)' });
    await desk.picture('departure-reassign');
    await desk.press('Reassign');
    await desk.dialog.getByText(/staging-ci belongs to/).waitFor();
    await desk.dismiss();
    await counted(/3 of 8 keys handled/);
    expect(await textOf(message())).toMatch(/staging-ci belongs to @ben now/);
  });

  test('the quiet one is revoked once its number is typed, and the rest is decided key by key', async () => {
    await button(/^Revoke the quiet ones/).click();
    await desk.dialog.getByLabel(/Why/).fill('they left, and nothing uses it');
    await desk.dialog.getByLabel(/^Type/).fill('revoke 2 keys');
    expect(await desk.refusedBy('Revoke')).toContain('This has to be exactly revoke 1 key.');
    await desk.dialog.getByLabel(/^Type/).fill('revoke 1 key');
    await desk.press('Revoke');
    await desk.dialog.getByText(/load-test: it is being revoked/).waitFor();
    await desk.dismiss();
    await button(/^One by one/).click();
    await desk.dialog
      .getByText(/coding-agents/)
      .first()
      .waitFor();
    await desk.picture('departure-one-by-one');
    await desk.dialog
      .getByRole('combobox', { name: /What becomes of it/ })
      .selectOption({ label: 'Leave it as it is' });
    await desk.press('Next');
    await desk.dialog.getByText(/stays as it is/).waitFor();
    await desk.dismiss();
    await desk.setSpeed(600);
    await counted(/5 of 8 keys handled/);
    await desk.setSpeed(0);
    await desk.picture('departure-counted');
  });
});
