import { expect, test } from 'vitest';
import { inBrowser } from './support/desk.ts';

inBrowser('a key nears its cap', { story: 'near-cap', speed: 600 }, (desk) => {
  const amount = () => desk.dialog.getByRole('textbox', { name: 'US dollars a calendar month (UTC)' });

  test('a cap is only raised to an amount of money, and what is wrong stands under the input', async () => {
    const raise = desk.channel.getByRole('button', { name: /^Raise the cap of prod-api/ });
    await raise.waitFor();
    await desk.setSpeed(0);
    await raise.click();
    await desk.dialog.getByRole('textbox', { name: 'Why?' }).fill('launch week');
    await desk.dialog.getByRole('textbox', { name: 'Type prod-api to confirm' }).fill('prod-api');
    for (const wrong of ['ten', '-5']) {
      await amount().fill(wrong);
      expect(await desk.refusedBy('Raise cap'), wrong).toMatch(/dollars|amount|whole cents/i);
      expect(await amount().getAttribute('aria-invalid'), wrong).toBe('true');
    }
    await desk.picture('wrong-amount');
  });

  test('a right amount takes the fault away', async () => {
    await amount().fill('200');
    expect(await desk.dialog.getByRole('alert').count()).toBe(0);
    await desk.press('Raise cap');
    await desk.dialog
      .getByText(/on its way|is raised/)
      .first()
      .waitFor();
    await desk.dismiss();
    await desk.message('prod-api').getByText(/\$200/).first().waitFor();
    await desk.picture('raised');
  });
});
