import type { Actor } from '../../domain/actor.ts';
import type { Cell } from '../../domain/key-columns.ts';
import { columnNamed } from '../../domain/key-columns.ts';
import { dayText, MINUTE_MS } from '../../domain/time.ts';
import type { Watch } from '../../domain/watch.ts';
import type { Deps } from '../deps.ts';
import { describeEntries } from '../inventory/describe-entries.ts';
import { keyInsights } from '../inventory/key-insights.ts';
import { watchKeys } from '../risk/watch-key.ts';
import type { ExportedSheet } from '../sheets/export-keys.ts';
import { type FigureDeps, workingKeys } from './take-figures.ts';

const COLUMNS = ['name', 'provider', 'hint', 'owner', 'environment', 'used', 'cap', 'blast', 'rotation'] as const;

/** Every working key with the three answers of an audit: who would notice, where, and within which time. */
export async function watchSheet(
  deps: FigureDeps & Pick<Deps, 'sheets'>,
  { actor, auditId }: { readonly actor: Actor; readonly auditId: string },
): Promise<ExportedSheet> {
  const now = deps.clock.now();
  const keys = await workingKeys(deps);
  const watches = await watchKeys(deps, keys);
  const entries = await describeEntries(deps, keys, await keyInsights(deps));
  const columns = COLUMNS.flatMap((id) => columnNamed(id) ?? []);
  const head = [...columns.map(({ title }) => title), 'Who would notice', 'Where', 'Within (minutes)', 'But'];
  const rows = entries.map((entry): readonly Cell[] => {
    const watch = watches.get(entry.keyId);
    return [...columns.map((column) => column.cell(entry, now)), ...(watch === undefined ? [] : answersOf(watch))];
  });
  const bytes = await deps.sheets.write('csv', [head, ...rows]);
  const detail = { keys: keys.length, view: 'audit report', format: 'csv', filter: '' };
  await deps.store.write((tx) =>
    tx.audit.append({ at: now, actor, verb: 'inventory.exported', subject: auditId, detail }),
  );
  return { name: `key-audit-${dayText(now)}.csv`, bytes, keys: keys.length };
}

function answersOf({ who, where, withinMs, gaps }: Watch): readonly Cell[] {
  const places = [where.channel, ...where.direct.map((id) => `DM ${id}`), ...(where.webhooks > 0 ? ['webhooks'] : [])];
  const within = withinMs === null ? 'never' : Math.ceil(withinMs / MINUTE_MS);
  return [who.join(' ') || 'nobody', places.join('; '), within, gaps.join(' ') || null];
}
