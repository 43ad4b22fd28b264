import { plural } from '../domain/time.ts';
import {
  type FieldChange,
  faultText,
  type ImportPlan,
  type ImportReading,
  isIdle,
} from '../services/sheets/import-plan.ts';
import { printable } from './output.ts';

type Faulty = ImportReading & { readonly ok: false };

/** What an import would change, or what is wrong with it, for people. */
export const planText = {
  changes({ edits, keyEdits, added }: ImportPlan): string {
    const lines = [
      ...edits.map(({ before, words }) => changeLine(before.slug, words)),
      ...keyEdits.map(({ slug, words }) => changeLine(slug, words)),
      ...added.map(({ slug, provider }) => `${slug}: new, a key of ${printable(provider)} that is not watched\n`),
    ];
    return lines.join('');
  },
  verdict(plan: ImportPlan, { isApplied, file }: { readonly isApplied: boolean; readonly file: string }): string {
    const { edits, keyEdits, added, unchanged, ignored } = plan;
    const aside = ignored.length === 0 ? '' : `Columns that mean nothing here: ${ignored.map(printable).join(', ')}.\n`;
    if (isIdle(plan)) return `${aside}Nothing is different in ${plural(unchanged, 'line')}.\n`;
    const counts = `${plural(edits.length + keyEdits.length, 'key')} changed, ${added.length} new, ${plural(unchanged, 'line')} as it was`;
    const next = isApplied ? 'Imported' : 'Nothing is changed yet. To change it';
    return isApplied
      ? `${aside}${next}: ${counts}.\n`
      : `${aside}It would be: ${counts}. ${next}: keysteward keys import ${file} --apply\n`;
  },
  faults({ faults, count }: Faulty): string {
    const more = count > faults.length ? `and ${plural(count - faults.length, 'more fault')}\n` : '';
    return `${faults.map((fault) => `${faultText(fault)}\n`).join('')}${more}Nothing was imported.\n`;
  },
};

export function planJson({ edits, keyEdits, added, unchanged, ignored }: ImportPlan, isApplied: boolean): string {
  const changes = [
    ...edits.map(({ before, words }) => ({ slug: before.slug, changes: words })),
    ...keyEdits.map(({ slug, words }) => ({ slug, changes: words })),
  ];
  const fresh = added.map(({ slug, provider, label }) => ({ slug, provider, label }));
  return `${JSON.stringify({ ok: true, isApplied, changes, added: fresh, unchanged, ignored }, null, 2)}\n`;
}

export function faultsJson({ faults, count }: Faulty): string {
  return `${JSON.stringify({ ok: false, faults, count }, null, 2)}\n`;
}

function changeLine(slug: string, words: readonly FieldChange[]): string {
  const said = words.map(({ field, from, to }) => `${field} ${shown(from)} → ${shown(to)}`);
  return `${slug}: ${said.join(', ')}\n`;
}

function shown(text: string): string {
  return text === '' ? 'nothing' : printable(text);
}
