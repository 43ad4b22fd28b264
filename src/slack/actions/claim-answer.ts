import { settleClaim } from '../../services/owners/claims.ts';
import { authorise } from '../authorise.ts';
import type { ButtonHandler } from '../interaction.ts';
import { CONFIRM_CLAIM, claimButton, DECLINE_CLAIM } from '../views/claim.ts';

const DECISIONS = [
  [CONFIRM_CLAIM, 'confirmed'],
  [DECLINE_CLAIM, 'declined'],
] as const;

/** `Confirm` and `Decline` under a claim. */
export const claimAnswer: readonly ButtonHandler[] = DECISIONS.map(([id, decision]) => ({
  kind: 'button',
  id,
  async run(context, click) {
    const { n: noticeId } = claimButton.decode(click.value);
    const actor = await authorise(context, { gesture: click, act: 'classify', lineage: null });
    await settleClaim(context.deps, { actor, noticeId, decision });
  },
}));
