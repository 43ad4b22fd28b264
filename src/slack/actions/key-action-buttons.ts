import type { KeyActKind } from '../../domain/action.ts';
import { AppError } from '../../domain/errors.ts';
import type { Key, Lineage } from '../../domain/key.ts';
import { describeImpact } from '../../services/actions/describe-impact.ts';
import { possibleActs } from '../../services/alerts/describe-alert.ts';
import { authorise, type Gesture } from '../authorise.ts';
import { type ButtonValue, decodeButton } from '../button-value.ts';
import type { SlackContext } from '../context.ts';
import type { ButtonHandler } from '../interaction.ts';
import { actionModal, consoleStepsText, noticeModal } from '../views/action-modal.ts';
import { capital, escaped } from '../views/text.ts';
import { consentFor } from './lib/alone.ts';
import { openModal } from './lib/open-modal.ts';
import { placeOf } from './lib/place.ts';

/** `Suspend…`, `Restore…` and `Revoke…`: each opens the modal that asks why. */
export const keyActionButtons: readonly ButtonHandler[] = (['suspend', 'restore', 'revoke'] as const).map((kind) => ({
  kind: 'button',
  id: `key_${kind}`,
  run(context, click) {
    return openKeyAct(context, click, { button: decodeButton(click.value), kind });
  },
}));

/** The same modal, wherever it is asked for. */
export function openKeyAct(
  context: SlackContext,
  gesture: Gesture & { readonly triggerId: string },
  { button, kind }: Omit<Asked, 'gesture'>,
): Promise<void> {
  const build = () => keyActPage(context, { gesture, button, kind });
  return openModal(context, gesture, { title: `${capital(kind)} key`, build });
}

interface Asked {
  readonly gesture: Gesture;
  readonly button: ButtonValue;
  readonly kind: KeyActKind;
}

/** The page of such a modal, for whoever may. */
export async function keyActPage(context: SlackContext, { gesture, button, kind }: Asked) {
  const { deps } = context;
  const { key, lineage } = await keyAndLineage(context, button.keyId);
  await authorise(context, { gesture, act: kind, lineage });
  const provider = deps.providers.get(key.connectionId);
  if (key.generation !== button.generation) {
    const text =
      // The Undo of a stop that the provider has not shown yet.
      key.generation < button.generation
        ? `Not yet: ${escaped(lineage.slug)} is still ${key.status}. Look at its card in a moment.`
        : `Nothing to do: ${escaped(lineage.slug)} is ${key.status} now.`;
    return noticeModal(`${capital(kind)} key`, text);
  }
  if (!possibleActs(deps, key).includes(kind)) {
    const steps = provider?.consoleSteps(kind, { providerKeyId: key.providerKeyId, scopeId: key.scopeId });
    const text =
      steps === undefined ? `This key cannot be changed from here.` : consoleStepsText(`${kind} this key`, steps);
    return noticeModal(`${capital(kind)} key`, text);
  }
  const where = await placeOf(deps, key);
  const consent = await consentFor(context, gesture, { kind, key, lineage });
  const impact = await describeImpact(deps, kind, key);
  return actionModal({ kind, key, lineage, where, button, impact, consent }, context.locale);
}

export async function keyAndLineage(
  { deps }: Pick<SlackContext, 'deps'>,
  keyId: string,
): Promise<{ key: Key; lineage: Lineage }> {
  const key = await deps.store.read.keys.get(keyId);
  const lineage = key && (await deps.store.read.lineages.get(key.lineageId));
  if (key === undefined || lineage === undefined) {
    throw new AppError({
      code: 'not_found',
      message: `key ${keyId} is not in the inventory`,
      publicMessage: 'This key is not in the inventory any more. `/keys list` shows what there is.',
    });
  }
  return { key, lineage };
}
