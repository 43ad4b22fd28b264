import { expect, test } from 'vitest';
import { inBrowser } from './support/desk.ts';

inBrowser(
  'a production key leaks at a provider that can only delete keys',
  { story: 'two-people', speed: 600 },
  (desk) => {
    const alert = () => desk.message(/prod-api is /);

    test('the key’s name has to be typed as it is', async () => {
      const revoke = alert().getByRole('button', { name: /^Revoke prod-api/ });
      await revoke.waitFor();
      await desk.setSpeed(0);
      await revoke.click();
      await desk.dialog.getByRole('textbox', { name: 'Why?' }).fill('it is in a public repository');
      await desk.dialog.getByRole('textbox', { name: 'Type prod-api to confirm' }).fill('prod-assistant');
      expect(await desk.refusedBy('Revoke')).toContain('This has to be exactly prod-api.');
      await desk.picture('wrong-name');
    });

    test('then it waits for a second person, and nothing has happened at the provider', async () => {
      await desk.dialog.getByRole('textbox', { name: 'Type prod-api to confirm' }).fill('prod-api');
      await desk.press('Revoke');
      await desk.dialog
        .getByText(/second person|approve/i)
        .first()
        .waitFor();
      await desk.dismiss();
      await desk.page.locator('[data-key=prod-api]').getByText('active', { exact: true }).waitFor();
    });

    test('an employee cannot be the second person, the founder can', async () => {
      await alert()
        .getByRole('button', { name: /repl(y|ies)/ })
        .click();
      const approve = desk.thread.getByRole('button', { name: /^Approve/ });
      await approve.waitFor();
      await desk.be('Ben Okafor');
      await approve.click();
      await desk.press('Approve');
      await desk.page
        .getByText(/^Nothing was done:/)
        .first()
        .waitFor();
      await desk.picture('not-the-second');
      await desk.page.locator('[data-key=prod-api]').getByText('active', { exact: true }).waitFor();
      await desk.be('Chris Lang');
      await approve.click();
      await desk.press('Approve');
      await alert()
        .getByText(/prod-api is revoked/)
        .waitFor();
      await desk.page.locator('[data-key=prod-api]').getByText('deleted', { exact: true }).waitFor();
      await desk.picture('revoked');
    });
  },
);
