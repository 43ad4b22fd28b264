import { expect, test } from 'vitest';
import { inBrowser, textOf } from './support/desk.ts';

inBrowser('the weekly digest', { story: 'digest', speed: 0 }, (desk) => {
  const digest = () => desk.message(/Keys this week/);

  test('says in one screen what the week cost, what to do and who caught what; each thing to do has its button', async () => {
    await digest().waitFor();
    const words = await textOf(digest());
    expect(words).toMatch(/Keys this week: \d+ of 100, (up|down) \d+/);
    expect(words).toMatch(/\$[\d,]+ spent/);
    expect(words).toMatch(/OpenAI alerts by itself in 2 of 4 projects; Research and Staging have none/);
    expect(words).toMatch(/Caught by ?@ana: staging-ci/);
    expect(await desk.barriers()).toEqual([]);
    await desk.picture('digest');
    await desk.page.getByRole('combobox', { name: 'Theme' }).selectOption('dark');
    await desk.picture('digest-dark');
    await desk.page.getByRole('combobox', { name: 'Theme' }).selectOption('light');
    await digest()
      .getByRole('button', { name: /^Claim keys/ })
      .click();
    await desk.dialog.getByText(/Which of these keys are yours/).waitFor();
    await desk.picture('digest-claim');
    await desk.dismiss();
  });

  test('All keys as CSV answers whoever asks alone: the sheet is in their direct messages', async () => {
    await digest()
      .getByRole('button', { name: /all keys as csv/i })
      .click();
    await desk.message(/digest-2026-W44\.csv/).waitFor();
    await desk.picture('digest-csv');
  });
});
