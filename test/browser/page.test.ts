import { expect, test } from 'vitest';
import { inBrowser, textOf } from './support/desk.ts';

inBrowser('the page itself', { story: 'leak', speed: 0 }, (desk) => {
  const suspend = () => desk.channel.getByRole('button', { name: /^Suspend staging-ci/ });

  test('from event to event a person comes to the alert', async () => {
    await desk.seek(suspend());
    await desk.setSpeed(0);
  });

  test('a channel that is open needs no message that leads to it', async () => {
    expect(await desk.page.getByText('You are called in #ai-keys').count()).toBe(0);
  });

  test('by keyboard alone a person reaches the alert’s button, opens the dialog, leaves it and is where they were', async () => {
    const { keyboard } = desk.page;
    await desk.page.locator('body').press('Tab');
    const isThere = () => suspend().evaluate((button) => button.matches(':focus'));
    for (let steps = 0; steps < 60 && !(await isThere()); steps += 1) await keyboard.press('Tab');
    expect(await isThere()).toBe(true);
    await keyboard.press('Enter');
    const reason = desk.dialog.getByRole('textbox', { name: 'Why?' });
    await reason.and(desk.page.locator(':focus')).waitFor();
    await keyboard.type('typed without looking for the field');
    expect(await reason.inputValue()).toBe('typed without looking for the field');
    await desk.dismiss();
    expect(await isThere()).toBe(true);
  });

  test('/keys stale is completed from its beginning, and answered for that person only', async () => {
    await desk.composer.fill('/keys sta');
    await desk.page.getByRole('option', { name: /stale/ }).waitFor();
    await desk.composer.press('ArrowDown');
    while (!/stale/.test(await textOf(desk.page.locator('[role=option][aria-selected=true]'))))
      await desk.composer.press('ArrowDown');
    await desk.composer.press('Tab');
    expect(await desk.composer.inputValue()).toMatch(/^\/keys stale ?$/);
    await desk.composer.press('Enter');
    const answer = desk.message('Only visible to you');
    await answer.waitFor();
    expect(await textOf(answer)).toMatch(/without traffic|unused|stale/i);
    expect(await desk.barriers()).toEqual([]);
    await desk.picture('stale');
    await desk.be('Ben Okafor');
    expect(await desk.message('Only visible to you').count()).toBe(0);
    await desk.be('Ana Ruiz');
  });

  test('in the dark everything can be read', async () => {
    await desk.page.getByRole('combobox', { name: 'Theme' }).selectOption('dark');
    await desk.page.locator('html[data-theme=dark]').waitFor();
    await suspend().waitFor();
    expect(await desk.barriers()).toEqual([]);
    await desk.picture('dark');
    await suspend().click();
    await desk.dialog.getByRole('textbox', { name: 'Why?' }).waitFor();
    expect(await desk.barriers()).toEqual([]);
    await desk.picture('dark-dialog');
    await desk.dismiss();
    await desk.page.getByRole('combobox', { name: 'Theme' }).selectOption('light');
  });

  test('at 800 pixels nothing is cut off, with the thread open as well', async () => {
    await desk.page.setViewportSize({ width: 800, height: 700 });
    await desk.message('staging-ci').getByRole('button', { name: 'Reply in thread' }).click();
    await desk.thread.waitFor();
    const overflow = await desk.page
      .locator('html')
      .evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    expect(await suspend().isVisible()).toBe(true);
    expect(await desk.barriers()).toEqual([]);
    await desk.picture('narrow');
    await desk.thread.getByRole('button', { name: 'Close thread' }).click();
    await desk.page.setViewportSize({ width: 1280, height: 800 });
  });

  test('the browser asked nobody but the sandbox for anything', () => {
    expect(desk.hosts).toEqual([new URL(desk.url).host]);
  });
});
