import { expect, test } from 'vitest';
import { inBrowser, textOf } from './support/desk.ts';

inBrowser('the Home tab', { story: 'leak', speed: 0 }, (desk) => {
  const home = () => desk.page.getByRole('region', { name: 'Home', exact: true });
  const heading = (words: RegExp) => home().getByRole('heading', { name: words });

  test('an employee sees their own keys and no settings', async () => {
    await desk.be('Ben Okafor');
    await desk.page.getByRole('button', { name: 'keysteward Home' }).click();
    await heading(/^Your keys/).waitFor();
    expect(await home().getByRole('button', { name: 'Settings…' }).count()).toBe(0);
    expect(await desk.barriers()).toEqual([]);
    await desk.picture('home-employee');
  });

  test('an admin sees the company in numbers and what has been set', async () => {
    await desk.be('Chris Lang');
    await heading(/^The company/).waitFor();
    const all = await textOf(home());
    expect(all).toMatch(/\d+ keys/);
    const settings = home().getByRole('button', { name: 'Settings…' });
    await settings.click();
    await desk.dialog
      .getByText(/policy/i)
      .first()
      .waitFor();
    expect(await desk.barriers()).toEqual([]);
    await desk.picture('home-settings');
    await desk.dismiss();
    expect(await desk.barriers()).toEqual([]);
    await desk.picture('home-admin');
  });

  test('an alert that waits for the responder comes to the top while the tab is open', async () => {
    await desk.be('Ana Ruiz');
    await desk.setSpeed(600);
    await desk.page.getByText('You are called in #ai-keys').waitFor();
    await home()
      .getByText(/staging-ci/)
      .first()
      .waitFor();
    await desk.setSpeed(0);
    await desk.picture('home-responder');
  });
});
