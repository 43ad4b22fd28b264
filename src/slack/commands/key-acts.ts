import type { KeyActKind } from '../../domain/action.ts';
import { nearestName } from '../../domain/nearest.ts';
import { findScopes, scopeKeyOf } from '../../services/actions/suspend-scope.ts';
import { openKeyAct } from '../actions/key-action-buttons.ts';
import { openModal } from '../actions/lib/open-modal.ts';
import { scopePage } from '../actions/suspend-scope.ts';
import { type CommandRequest, refuseBeyondSight, type Subcommand } from '../command.ts';
import { commandButtons } from '../command-button.ts';
import type { SlackContext } from '../context.ts';
import { actions, type Rendered, section } from '../views/blocks.ts';
import { SCOPE_TITLE } from '../views/scope-modal.ts';
import { foreign, plainForeign } from '../views/text.ts';
import { invalid, pickKey } from './lib/pick-key.ts';

const MAX_CANDIDATES = 8;

export const suspend = keyAct('suspend', {
  usage: 'suspend <key>',
  summary: 'stop a key, or all keys of a project or workspace with `suspend scope <scope>`; it can be undone',
});
export const revoke = keyAct('revoke', { usage: 'revoke <key>', summary: 'delete a key for good' });
export const restore = keyAct('restore', { usage: 'restore <key>', summary: 'let a suspended key work again' });

/** Opens the modal that the button of the same name opens. */
function keyAct(kind: KeyActKind, text: Pick<Subcommand, 'usage' | 'summary'>): Subcommand {
  return {
    name: kind,
    ...text,
    group: 'act',
    forOwners: true,
    async run(context, request) {
      const scope = kind === 'suspend' ? /^scope\s+(.+)$/is.exec(request.argument)?.[1] : undefined;
      if (scope !== undefined) refuseBeyondSight(request.sight, { name: 'suspend scope' });
      if (scope !== undefined) return suspendScope(context, request, scope.replace(/^["“”]|["“”]$/g, ''));
      const picked = await pickKey(context, { wanted: request.argument, command: kind, asker: request });
      if ('answer' in picked) return picked.answer;
      const { key } = picked.found;
      const button = { alertId: null, keyId: key.id, generation: key.generation };
      await openKeyAct(context, request, { button, kind });
      return null;
    },
  };
}

async function suspendScope(context: SlackContext, request: CommandRequest, wanted: string): Promise<Rendered | null> {
  const [only, ...others] = await findScopes(context.deps, wanted);
  if (only === undefined) throw await noScope(context, wanted);
  if (others.length > 0) return scopeCandidates(context, [only, ...others]);
  const build = () => scopePage(context, request, scopeKeyOf(only));
  await openModal(context, request, { title: SCOPE_TITLE, build });
  return null;
}

async function noScope({ deps }: SlackContext, wanted: string) {
  const names = (await deps.store.read.scopes.all()).map(({ name }) => name);
  const near = wanted.length > 60 ? undefined : nearestName(wanted, names);
  const meant = near === undefined ? '`/keys list` shows which there are.' : `Did you mean ${plainForeign(near)}?`;
  return invalid(`No scope is called “${plainForeign(wanted, 40).replaceAll('`', '')}”. ${meant}`);
}

function scopeCandidates({ deps }: SlackContext, scopes: Awaited<ReturnType<typeof findScopes>>): Rendered {
  const shown = scopes.slice(0, MAX_CANDIDATES);
  const titleOf = (providerId: string) =>
    [...deps.providers.values()].find(({ id }) => id === providerId)?.title ?? providerId;
  const more = scopes.length > shown.length ? ' Type more of the name to see the others.' : '';
  const text = [
    `${scopes.length} scopes fit. Which one do you mean?${more}`,
    ...shown.map(({ name, providerId }) => `• ${foreign(titleOf(providerId))} / ${foreign(name)}`),
  ].join('\n');
  const buttons = commandButtons(
    shown.map((scope) => ({
      name: 'suspend',
      argument: `scope ${scopeKeyOf(scope)}`,
      page: 1,
      label: plainForeign(scope.name, 30),
      accessibilityLabel: `Choose ${plainForeign(scope.name, 40)}`,
    })),
  );
  return { text, blocks: [section(text), actions('candidates', buttons)] };
}
