import type { Actor } from '../../domain/actor.ts';
import { AppError } from '../../domain/errors.ts';
import { type SheetView, sheetOf } from '../../domain/key-columns.ts';
import type { CapRules } from '../../domain/own-cap.ts';
import { dayText, plural } from '../../domain/time.ts';
import type { SheetFormat } from '../../ports/sheet.ts';
import type { Deps } from '../deps.ts';
import { describeEntries } from '../inventory/describe-entries.ts';
import type { KeyInsights } from '../inventory/key-insights.ts';
import type { KeySummary } from '../inventory/list-keys.ts';

export interface ExportInput {
  readonly actor: Actor;
  readonly format: SheetFormat;
  readonly view: SheetView;
  readonly keys: readonly KeySummary[];
  /** As typed; empty: every key. */
  readonly filter: string;
  /** What is known besides the inventory. */
  readonly insights: KeyInsights;
}

export interface ExportedSheet {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly keys: number;
}

export type ExportDeps = Pick<Deps, 'store' | 'clock' | 'sheets'> & { readonly policy: CapRules };

/** Makes a sheet of these keys. The audit log has it before anybody gets it. */
export async function exportKeys(
  deps: ExportDeps,
  { actor, format, view, keys, filter, insights }: ExportInput,
): Promise<ExportedSheet> {
  const now = deps.clock.now();
  const rows = sheetOf(await describeEntries(deps, keys, insights), { view, now });
  const bytes = await deps.sheets.write(format, rows);
  const detail = { keys: keys.length, view, format, filter };
  await deps.store.write((tx) =>
    tx.audit.append({ at: now, actor, verb: 'inventory.exported', subject: 'inventory', detail }),
  );
  return { name: `keys-${view}-${dayText(now)}.${format}`, bytes, keys: keys.length };
}

/** Writing so many rows would keep everybody else waiting; a command line that does nothing else may. */
export const XLSX_MAX_ROWS = 3_000;

export function refuseLargeXlsx(format: SheetFormat, keys: number): void {
  if (format !== 'xlsx' || keys <= XLSX_MAX_ROWS) return;
  throw new AppError({
    code: 'invalid_input',
    message: `${keys} keys as xlsx`,
    publicMessage: `${plural(keys, 'key')} are too many for an XLSX made here (${XLSX_MAX_ROWS.toLocaleString('en-US')} at most). Take \`/keys export csv\`, which Excel opens as well, or narrow it: \`/keys export xlsx env:prod\`.`,
  });
}
