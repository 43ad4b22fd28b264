import { expect, test } from 'vitest';
import { inBrowser, textOf } from './support/desk.ts';

inBrowser('the first audit', { story: 'audit', speed: 0 }, (desk) => {
  const root = () => desk.message(/Key audit:/);
  const inThread = (words: string | RegExp) => desk.thread.getByRole('article').filter({ hasText: words });
  const press = (step: string, name: RegExp) => inThread(step).getByRole('button', { name }).click();

  test('begins with the inventory, shows the keys to whoever looks, and goes on to the next step', async () => {
    await desk.be('chris');
    expect(await textOf(root())).toMatch(/Inventory is next, hygiene score \d+/);
    await root()
      .getByRole('button', { name: /\d repl(y|ies)/ })
      .click();
    await inThread('1 of 7 · Inventory').waitFor();
    await press('1 of 7', /^Look: Without owner/);
    await desk.message(/6 keys that fit/).waitFor();
    await press('1 of 7', /^Done/);
    await inThread('2 of 7 · Unused keys').waitFor();
    expect(await desk.barriers()).toEqual([]);
    await desk.picture('audit');
  });

  test('leaves a step out with a reason, and goes through the rest to the report', async () => {
    await press('2 of 7', /^Skip/);
    await desk.dialog.getByRole('textbox').fill('done last week');
    await desk.press('Skip');
    await desk.dismiss();
    for (const step of ['3', '4', '5', '6', '7']) {
      await inThread(`${step} of 7`).getByRole('button', { name: /^Done/ }).click();
    }
    await inThread('Report of the key audit').waitFor();
    expect(await textOf(inThread('Report of the key audit'))).toContain('done last week');
    expect(await textOf(root())).toContain('Key audit: done in');
    await desk.picture('audit-report');
  });
});
