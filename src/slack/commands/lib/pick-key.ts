import { AppError } from '../../../domain/errors.ts';
import { confirmedOwnerOf } from '../../../domain/key.ts';
import { findKeys, nearestKeys } from '../../../services/inventory/find-keys.ts';
import { type KeySummary, listAllKeys } from '../../../services/inventory/list-keys.ts';
import type { Sight } from '../../authorise.ts';
import type { CommandRequest } from '../../command.ts';
import type { SlackContext } from '../../context.ts';
import type { Rendered } from '../../views/blocks.ts';
import { candidatesView } from '../../views/key-list.ts';
import { plainForeign } from '../../views/text.ts';

const WHERE: Readonly<Record<Sight, string>> = {
  all: '`/keys list` shows all of them.',
  own: '`/keys mine` shows yours.',
};

export interface Picking {
  /** As typed. */
  readonly wanted: string;
  /** Runs again with the key that is chosen among several. */
  readonly command: string;
  /** What comes after the key; empty for nothing. */
  readonly rest?: string;
  /** Whoever sees own keys alone chooses among them; the others do not exist. */
  readonly asker: Pick<CommandRequest, 'userId' | 'sight'>;
}

/** The one key that was meant, or an answer that asks which: the candidates as buttons, or the nearest names. */
export async function pickKey(
  { deps, locale }: Pick<SlackContext, 'deps' | 'locale'>,
  { wanted, command, rest = '', asker }: Picking,
): Promise<{ readonly found: KeySummary } | { readonly answer: Rendered }> {
  if (wanted === '') throw invalid(`Say which key, for instance \`/keys ${command} prod-api\`.`);
  const all = visibleTo(asker, await listAllKeys(deps));
  const fitting = findKeys(all, wanted);
  const listed = fitting.filter(({ key }) => key.status !== 'gone');
  // A tombstone is found by a name that no key has any more.
  const keys = listed.length > 0 ? listed : fitting;
  const [only, ...others] = keys;
  if (only !== undefined && others.length === 0) return { found: only };
  const argumentFor = (keyId: string) => `${keyId} ${rest}`.trim();
  const choice = { command, argumentFor, locale, now: deps.clock.now() };
  if (others.length > 0) {
    return {
      answer: candidatesView(keys, `${keys.length.toLocaleString('en-US')} keys fit. Which one do you mean?`, choice),
    };
  }
  // What was typed may hold the marks that would format it.
  const name = plainForeign(wanted, 40).replaceAll('`', '');
  const near = nearestKeys(all, wanted);
  if (near.length === 0) throw invalid(`No key is called “${name}”. ${WHERE[asker.sight]}`);
  throw invalid(
    `No key is called “${name}”. Did you mean ${near.map(({ lineage }) => `\`${lineage.slug}\``).join(' or ')}?`,
  );
}

/** The keys that somebody may see. */
export function visibleTo(
  { userId, sight }: Pick<CommandRequest, 'userId' | 'sight'>,
  all: readonly KeySummary[],
): readonly KeySummary[] {
  return sight === 'all' ? all : all.filter(({ lineage }) => confirmedOwnerOf(lineage) === userId);
}

/** What was typed is taken apart: the key first, then the rest. In quotation marks a name may have spaces. */
export function keyAndRest(argument: string): { readonly wanted: string; readonly rest: string } {
  const [, quoted, word, rest = ''] = /^\s*(?:["“”]([^"“”]*)["“”]|(\S+))\s*(.*)$/s.exec(argument) ?? [];
  return { wanted: (quoted ?? word ?? '').trim(), rest: rest.trim() };
}

export function invalid(publicMessage: string): AppError {
  return new AppError({ code: 'invalid_input', message: 'a command that is not understood', publicMessage });
}
