import type { ButtonHandler } from '../interaction.ts';
import { HOME_PAGE, homePage } from '../views/home.ts';

/** `Previous` and `Next` under the own keys in the Home tab. */
export const homePageButtons: readonly ButtonHandler[] = (['previous', 'next'] as const).map((way) => ({
  kind: 'button',
  id: `${HOME_PAGE}_${way}`,
  run: ({ home }, click) => home.turnTo(click, homePage.decode(click.value).p),
}));
