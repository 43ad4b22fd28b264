import { AppError } from '../../domain/errors.ts';
import { isWatched } from '../../domain/key.ts';
import { statusNamed } from '../../domain/key-query.ts';
import { changeRegistration } from '../../services/inventory/register-key.ts';
import { openModal } from '../actions/lib/open-modal.ts';
import { authorise } from '../authorise.ts';
import type { CommandRequest, Subcommand } from '../command.ts';
import type { SlackContext } from '../context.ts';
import { answer, type Rendered } from '../views/blocks.ts';
import { REGISTER_TITLE, registerModal } from '../views/register-modal.ts';
import { escaped } from '../views/text.ts';
import { keyAndRest, pickKey } from './lib/pick-key.ts';

export const register: Subcommand = {
  name: 'register',
  usage: 'register [<key> gone|active]',
  summary: 'put a key into the inventory whose provider cannot be listed; or say that such a key is gone',
  group: 'own',
  async run(context, request) {
    if (request.argument !== '') return changeStatus(context, request);
    await authorise(context, { gesture: request, act: 'classify', lineage: null });
    await openModal(context, request, { title: REGISTER_TITLE, build: async () => registerModal() });
    return null;
  },
};

async function changeStatus(context: SlackContext, request: CommandRequest): Promise<Rendered> {
  const { wanted, rest } = keyAndRest(request.argument);
  const status = statusNamed(rest.toLowerCase());
  if (status === undefined) throw refused('Say what became of it, for instance `/keys register mistral-prod gone`.');
  const picked = await pickKey(context, { wanted, command: 'register', rest, asker: request });
  if ('answer' in picked) return picked.answer;
  const { key, lineage } = picked.found;
  const actor = await authorise(context, { gesture: request, act: 'classify', lineage });
  if (isWatched(key)) throw refused(`Nothing was changed: of ${lineage.slug} the provider itself says what it is.`);
  await changeRegistration(context.deps, actor, { key, slug: lineage.slug, status });
  return answer(`*${escaped(lineage.slug)}* is ${status} now, as you say.`);
}

function refused(publicMessage: string): AppError {
  return new AppError({ code: 'invalid_input', message: 'a registration that is not understood', publicMessage });
}
