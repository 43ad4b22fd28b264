import { expect, test } from 'vitest';
import { inBrowser, textOf } from './support/desk.ts';

/** By step; making a key stores it, too. */
const PRESSED = [
  [1, 'Pretend it is made'],
  [3, 'Done'],
  [4, 'Simulate'],
  [5, 'Simulate'],
  [6, 'Simulate'],
] as const;

inBrowser('the quarterly rotation starts', { story: 'campaign', speed: 0 }, (desk) => {
  const root = () => desk.message(/Production rotation:/);
  const inThread = (words: string | RegExp) => desk.thread.getByRole('article').filter({ hasText: words });
  /** The one message of a key: its name and a bar of six places. */
  const key = (slug: string) => inThread(new RegExp(`${slug} +[▓░]{6}`));
  const button = (slug: string, name: RegExp) => key(slug).getByRole('button', { name });
  const openThread = (message: ReturnType<typeof root>) =>
    message.getByRole('button', { name: /\d repl(y|ies)/ }).click();

  test('one message counts twelve keys of three people, and each key has one in its thread', async () => {
    expect(await textOf(root())).toMatch(/Production rotation: 0 of 12 keys done/);
    expect(await textOf(root())).toMatch(/With ?@ana 4, @ben 4, @dee 4/);
    await openThread(root());
    await key('weekly-report').waitFor();
    expect(await inThread(/ [▓░]{6} /).count()).toBe(12);
    await key('legacy-webhook')
      .getByText(/blocked by/)
      .waitFor();
    expect(await textOf(key('nightly-batch'))).toContain('verified by Keysteward: generate, store');
    expect(await textOf(key('prod-assistant'))).toMatch(/Something still calls with the old key.*claude-haiku-4-5/);
    expect(await desk.barriers()).toEqual([]);
    await desk.picture('campaign');
  });

  test('All done brings a key on and the bar with it, Help says how, Blocked… asks why', async () => {
    await button('prod-api', /^All done/).click();
    await key('prod-api').getByText('▓▓▓░░░').waitFor();
    await button('spare-prod', /^Help/).click();
    await desk.dialog.getByText(/Call it exactly spare-prod-2026-10-13/).waitFor();
    await desk.picture('campaign-help');
    await desk.dismiss();
    await button('spare-prod', /^Blocked/).click();
    await desk.dialog.getByRole('textbox').fill('nobody knows what it is for');
    await desk.press('Save');
    await desk.dismiss();
    await key('spare-prod')
      .getByText(/blocked by @ana/)
      .waitFor();
    await desk.setSpeed(60);
    await root()
      .getByText(/2 blocked/)
      .waitFor();
    expect(await textOf(root())).toContain('nobody knows what it is for');
  });

  test('a key that somebody has made in the console is found, and its step ticks itself', async () => {
    await key('support-chat').getByText('verified by Keysteward: generate').waitFor();
    await desk.setSpeed(0);
    await desk.picture('campaign-ticked');
  });

  test('a drill is walked to its end: every message says so, and nothing has changed at the provider', async () => {
    await desk.be('Ana Ruiz');
    await desk.composer.fill('/keys rotate drill load-test');
    await desk.composer.press('Enter');
    await desk.dialog.getByText('Nothing is changed').waitFor();
    await desk.picture('drill-dialog');
    await desk.press('Start the drill');
    await desk.dialog.getByText(/has begun/).waitFor();
    await desk.dismiss();
    await desk.setSpeed(60);
    const drill = () => desk.message(/DRILL.*load-test/s);
    await drill().waitFor();
    await openThread(drill());
    for (const [number, name] of PRESSED) {
      if (number === 4) await desk.picture('drill-walked');
      const step = inThread(new RegExp(`${number}\\. `));
      await step.getByRole('button', { name: new RegExp(`^${name}`) }).click();
      if (number === 1) {
        await desk.press('Tick both');
        await desk.dialog.getByRole('button', { name: 'Tick both' }).waitFor({ state: 'detached' });
        await desk.dismiss();
      }
      await step.getByText(/– done/).waitFor();
    }
    await drill()
      .getByText(/was rehearsed in .* Nothing was changed/)
      .waitFor();
    expect(
      await drill()
        .getByRole('button', { name: /^Revoke/ })
        .count(),
    ).toBe(0);
    for (const one of await desk.thread.getByRole('article').all()) expect(await textOf(one)).toMatch(/drill/i);
    await desk.page.getByRole('button', { name: /^Show all \d+ keys/ }).click();
    await desk.page.locator('[data-key=load-test]').getByText('active', { exact: true }).waitFor();
    expect(await desk.page.locator('[data-key^=load-test]').count()).toBe(1);
    await desk.picture('drill-done');
    await desk.page.getByRole('combobox', { name: 'Theme' }).selectOption('dark');
    await desk.page.locator('html[data-theme=dark]').waitFor();
    expect(await desk.barriers()).toEqual([]);
    await desk.picture('drill-dark');
  });
});
