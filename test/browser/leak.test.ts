import { expect, test } from 'vitest';
import { MINUTE_MS } from '../../src/domain/time.ts';
import { inBrowser, textOf } from './support/desk.ts';

/** Where the README's picture is to be written, when somebody makes it anew. */
const README_PICTURE = process.env['KEYSTEWARD_README_PICTURE'];

inBrowser('a staging key leaks', { story: 'leak', speed: 0 }, (desk) => {
  const suspend = () => desk.channel.getByRole('button', { name: /^Suspend staging-ci/ });
  const alert = () => desk.message(/staging-ci is /);

  test('the alert comes to #ai-keys at 600x, and rings for who is on call', async () => {
    await desk.setSpeed(600);
    await alert().getByText('Suspend it?').waitFor();
    await desk.setSpeed(0);
    expect(await desk.channel.getAttribute('aria-label')).toBe('#ai-keys');
    expect(await textOf(alert())).toMatch(/staging-ci is spending \d+x its usual hour/);
    expect(await desk.stolen()).toMatch(/^\$[\d.]+ stolen so far$/);
    expect(await desk.barriers()).toEqual([]);
    await desk.picture('alert');
  });

  test('an employee who presses Suspend… is refused, and told who may', async () => {
    await desk.be('Ben Okafor');
    await suspend().click();
    await desk.dialog
      .getByText('Nothing was done: only the key’s owner, a responder or an admin may suspend it')
      .waitFor();
    expect(await desk.dialog.getByRole('textbox').count()).toBe(0);
    await desk.picture('refused');
    await desk.dismiss();
    expect(await textOf(desk.page.locator('[data-key=staging-ci]'))).toContain('active');
  });

  test('who is on call has to say why, and the words stay when they are missing', async () => {
    await desk.be('Ana Ruiz');
    await suspend().click();
    const reason = desk.dialog.getByRole('textbox', { name: 'Why?' });
    await reason.waitFor();
    expect(await desk.refusedBy('Suspend')).toMatch(/\w/);
    expect(await reason.getAttribute('aria-invalid')).toBe('true');
    expect(await desk.barriers()).toEqual([]);
    await desk.picture('reason-missing');
  });

  test('then the key is suspended, and the message says what the provider says', async () => {
    await desk.dialog.getByRole('textbox', { name: 'Why?' }).fill('spend that nobody here can explain');
    await desk.press('Suspend');
    await desk.dialog.getByText('Suspend of staging-ci is on its way.').waitFor();
    await desk.dismiss();
    await alert().getByText('staging-ci is suspended.').waitFor();
    await alert().getByText('The provider says inactive since').waitFor();
    expect(await textOf(alert())).toMatch(/Suspended by @ana .* reason: spend that nobody here can explain/);
    await desk.page.locator('[data-key=staging-ci]').getByText('inactive').waitFor();
  });

  test('not a cent more is stolen from there, and the thread proves it', async () => {
    // A stop holds from the next full second on, and the sum on the page is up to half a second of the wall old.
    await desk.setSpeed(60);
    await desk.until((await desk.now()) + MINUTE_MS);
    const stolen = await desk.stolen();
    await alert()
      .getByRole('button', { name: /repl(y|ies)/ })
      .click();
    await desk.setSpeed(600);
    await desk.thread.getByText(/^Proven: no usage after/).waitFor();
    await desk.setSpeed(0);
    expect(await desk.stolen()).toBe(stolen);
    expect(await desk.barriers()).toEqual([]);
    await desk.picture('proven');
    await desk.thread.getByRole('button', { name: 'Close thread' }).click();
    await desk.picture('contained');
    if (README_PICTURE !== undefined) await desk.smallPicture(README_PICTURE);
  });
});
