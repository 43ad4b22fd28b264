import type { ActionKind } from '../../domain/action.ts';
import { AppError } from '../../domain/errors.ts';
import type { Key, Lineage } from '../../domain/key.ts';
import { possibleActs } from '../../services/alerts/describe-alert.ts';
import { authorise } from '../authorise.ts';
import type { SlackContext } from '../context.ts';
import type { ButtonHandler, Click } from '../interaction.ts';
import { actionModal, consoleStepsText, loadingModal, noticeModal } from '../views/action-modal.ts';
import { capital } from '../views/alert.ts';
import { escaped } from '../views/text.ts';

/** `Suspend…`, `Restore…` and `Revoke…`: each opens the modal that asks why. */
export const keyActionButtons: readonly ButtonHandler[] = (['suspend', 'restore', 'revoke'] as const).map((kind) => ({
  kind: 'button',
  id: `key_${kind}`,
  run: (context, click) => openModal(context, click, kind),
}));

async function openModal(context: SlackContext, click: Click, kind: ActionKind): Promise<void> {
  const title = `${capital(kind)} key`;
  const opened = await context.client.views.open({ trigger_id: click.triggerId, view: loadingModal(title) });
  const viewId = opened.view?.id;
  if (viewId === undefined) return;
  const view = await modalFor(context, click, kind).catch((error: unknown) => {
    if (error instanceof AppError) return noticeModal(title, escaped(error.publicMessage));
    throw error;
  });
  await context.client.views.update({ view_id: viewId, view });
}

async function modalFor(context: SlackContext, click: Click, kind: ActionKind) {
  const { deps } = context;
  const { key, lineage } = await keyAndLineage(context, click.button.keyId);
  await authorise(context, { gesture: click, act: kind, lineage });
  const provider = deps.providers.get(key.connectionId);
  if (key.generation !== click.button.generation) {
    return noticeModal(`${capital(kind)} key`, `Nothing to do: ${escaped(lineage.slug)} is ${key.status} now.`);
  }
  if (!possibleActs(deps, key).includes(kind)) {
    const steps = provider?.consoleSteps(kind, { providerKeyId: key.providerKeyId, scopeId: key.scopeId });
    const text = steps === undefined ? `This key cannot be changed from here.` : consoleStepsText(kind, steps);
    return noticeModal(`${capital(kind)} key`, text);
  }
  const scope = (await deps.store.read.scopes.all()).find((one) => one.id === key.scopeId);
  const where = scope === undefined ? (provider?.title ?? '') : `${provider?.title} / ${scope.name}`;
  return actionModal({ kind, key, lineage, where, button: click.button });
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
