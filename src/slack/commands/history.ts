import { rolesOf } from '../../domain/authorise.ts';
import { confirmedOwnerOf, type Lineage } from '../../domain/key.ts';
import { plural } from '../../domain/time.ts';
import { readHistory } from '../../services/history/read-history.ts';
import type { CommandRequest, Subcommand } from '../command.ts';
import type { SlackContext } from '../context.ts';
import { historyView } from '../views/history.ts';
import { placeOf } from '../views/paging.ts';
import { escaped } from '../views/text.ts';
import { pickKey } from './lib/pick-key.ts';

const PAGE_ROWS = 12;

export const history: Subcommand = {
  name: 'history',
  usage: 'history [key]',
  summary: 'who did what, when and why; newest first',
  group: 'look',
  forOwners: true,
  async run(context, request) {
    const { deps, locale } = context;
    const { argument, page } = request;
    const picked =
      argument === '' ? null : await pickKey(context, { wanted: argument, command: 'history', asker: request });
    if (picked !== null && 'answer' in picked) return picked.answer;
    const lineage = picked?.found.lineage ?? null;
    const paging = { command: 'history', argument, page };
    const { entries, total } = await readHistory(deps, {
      lineages: lineage === null ? await lineagesFor(context, request) : [lineage],
      withSettings: await isAdmin(context, request),
      pageOf: (count) => ({ offset: (placeOf(count, PAGE_ROWS, paging).number - 1) * PAGE_ROWS, limit: PAGE_ROWS }),
    });
    const all = request.sight === 'all' ? 'Audit log' : 'History of your keys';
    const what = lineage === null ? all : `History of ${escaped(lineage.slug)}`;
    const title =
      total === 0
        ? `${what}: nothing has happened yet.`
        : `${what}, ${plural(total, 'entry').replace('entrys', 'entries')}`;
    return historyView({ title, entries, page: placeOf(total, PAGE_ROWS, paging) }, locale);
  },
};

/** Null: of everything. */
async function lineagesFor(
  { deps }: SlackContext,
  { sight, userId }: CommandRequest,
): Promise<readonly Lineage[] | null> {
  if (sight === 'all') return null;
  return (await deps.store.read.lineages.all()).filter((lineage) => confirmedOwnerOf(lineage) === userId);
}

/** Entries about people's rights and about settings are for admins. */
async function isAdmin({ deps }: SlackContext, { userId }: CommandRequest): Promise<boolean> {
  const person = await deps.directory.person(userId);
  return rolesOf(person, deps.policy.roles, null).includes('admin');
}
