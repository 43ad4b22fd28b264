import { groupBy } from '../../domain/collections.ts';
import { type Lineage, slugFor } from '../../domain/key.ts';
import { type ColumnId, columnNamed, FACT_COLUMNS, type FactColumn } from '../../domain/key-columns.ts';
import { holdsKey, PASTED_KEY } from '../../domain/key-hint.ts';
import { saidCap } from '../../domain/own-cap.ts';
import { looksLikeSecret } from '../../domain/secret.ts';
import type { Breathe } from '../../ports/breathe.ts';
import type { SheetLine } from '../../ports/sheet.ts';
import { changed, cleaned, entriesOf, type LineageChange } from '../inventory/change-lineage.ts';
import { faceOf, Inventory, type Known, type Row, textOf } from './find-row.ts';
import {
  type CellFault,
  FAULTS_TOLD,
  type FieldChange,
  type ImportPlan,
  type ImportReading,
  type KeyEdit,
  type LineageEdit,
  type Registration,
} from './import-plan.ts';
import { type CellContext, readFact } from './read-cells.ts';
import { readHead, type SheetHead } from './read-head.ts';
import { readKeyChange, readRegistration } from './read-registration.ts';

export interface PlanInput extends CellContext {
  readonly lines: readonly SheetLine[];
  /** Every key, tombstones included. */
  readonly known: readonly Known[];
  readonly now: number;
  readonly breathe: Breathe;
}

const SLICE = 500;

/** Finds out what a sheet would change, and all that is wrong with it. Nothing is changed here. */
export async function planImport(input: PlanInput): Promise<ImportReading> {
  const [first, ...rows] = input.lines;
  if (first === undefined) return refused({ line: 1, column: null, why: 'the sheet is empty.' });
  const found = readHead(first);
  if ('fault' in found) return refused(found.fault);
  if (rows.length === 0) return refused({ line: 2, column: null, why: 'there is no line below the head.' });
  const planner = new Planner(input, found.head);
  for (const [index, row] of rows.entries()) {
    planner.read(row);
    if (index % SLICE === SLICE - 1) await input.breathe();
  }
  return planner.reading();
}

function refused(fault: CellFault): ImportReading {
  return { ok: false, faults: [fault], count: 1 };
}

interface Said {
  readonly line: number;
  readonly text: string;
  readonly change: LineageChange;
  readonly words: FieldChange;
}

interface FactCell {
  readonly line: number;
  readonly id: FactColumn;
  readonly text: string;
}

type Capped = Pick<Lineage, 'slug' | 'environment' | 'capMicroUsd' | 'capSource'>;
/** As a key begins that is registered: whose word its cap is does not depend on where it is. */
const UNCAPPED = { environment: 'unknown', capMicroUsd: null, capSource: null } as const;

class Planner {
  readonly #input: PlanInput;
  readonly #head: SheetHead;
  readonly #inventory: Inventory;
  readonly #facts: readonly FactColumn[];
  /** What was said of a lineage, by field: a lineage may have several lines, one for each of its keys. */
  readonly #said = new Map<string, { readonly known: Known; readonly fields: Map<FactColumn, Said> }>();
  readonly #keyEdits: KeyEdit[] = [];
  readonly #added: Registration[] = [];
  readonly #faces = new Map<string, number>();
  readonly #slugs: Set<string>;
  readonly #suffixes = new Map<string, number>();
  readonly #faults: CellFault[] = [];
  #faultCount = 0;
  #rows = 0;

  constructor(input: PlanInput, head: SheetHead) {
    this.#input = input;
    this.#head = head;
    this.#inventory = new Inventory(input.known);
    this.#slugs = new Set(this.#inventory.slugs);
    this.#facts = FACT_COLUMNS.filter((id) => head.places.has(id));
  }

  read({ number: line, cells }: SheetLine): void {
    this.#rows += 1;
    const text = (id: ColumnId) => cells[this.#head.places.get(id) ?? -1]?.trim() ?? '';
    const row: Row = { line, text, has: (id) => this.#head.places.has(id) };
    if (!this.#isFreeOfKeys(line, cells)) return;
    const name = text('name');
    const known = name === '' ? this.#unnamed(row) : (this.#inventory.named(name, text('id')) ?? null);
    if (known === 'several') return;
    if (known === null) this.#register(row);
    else this.#compare(row, known);
  }

  reading(): ImportReading {
    const edits = this.#faultCount > 0 ? [] : this.#edits();
    if (this.#faultCount > 0) return { ok: false, faults: this.#faults, count: this.#faultCount };
    const changedKeys = this.#keyEdits.length + edits.length;
    const plan: ImportPlan = {
      edits,
      keyEdits: this.#keyEdits,
      added: this.#added,
      unchanged: Math.max(0, this.#rows - this.#added.length - changedKeys),
      ignored: this.#head.ignored,
    };
    return { ok: true, plan };
  }

  /** A whole key in any cell refuses the sheet: whoever reads it could use it. */
  #isFreeOfKeys(line: number, cells: readonly string[]): boolean {
    if (!looksLikeSecret(cells.join('\n'))) return true;
    const index = cells.findIndex(looksLikeSecret);
    if (index === -1) return true;
    const [id] = [...this.#head.places].find(([, place]) => place === index) ?? [];
    this.#fault(line, id === undefined ? `number ${index + 1}` : this.#head.titleOf(id), PASTED_KEY);
    return false;
  }

  /** The classic audit sheet has no names: a key is found by its provider, label and hint. */
  #unnamed(row: Row): Known | null | 'several' {
    const found = this.#inventory.looksLike({
      provider: row.text('provider'),
      label: row.text('label'),
      hint: row.text('hint'),
    });
    const lineages = new Set(found.map(({ summary }) => summary.lineage.id));
    if (lineages.size <= 1) return found[0] ?? null;
    this.#fault(row.line, null, `${lineages.size} keys have this provider, label and prefix. Add the column Name.`);
    return 'several';
  }

  #compare(row: Row, known: Known): void {
    const { lineage, key } = known.summary;
    const found = readKeyChange(row, known, this.#input.now);
    if ('fault' in found) this.#fault(row.line, this.#head.titleOf(found.fault.id), found.fault.why);
    else if (found.words.length > 0)
      this.#keyEdits.push({ before: key, slug: lineage.slug, change: found.change, words: found.words });
    for (const id of this.#facts) {
      const now = textOf(columnNamed(id)?.cell(known.entry, this.#input.now) ?? null);
      const text = row.text(id);
      if (text !== now) this.#say(row.line, { known, id, text, now });
    }
  }

  #say(line: number, { known, id, text, now }: { known: Known; id: FactColumn; text: string; now: string }): void {
    const { lineage } = known.summary;
    const change = this.#factOf({ line, id, text }, lineage);
    if (change === null) return;
    const said = this.#said.get(lineage.id) ?? { known, fields: new Map<FactColumn, Said>() };
    this.#said.set(lineage.id, said);
    const other = said.fields.get(id);
    if (other !== undefined && other.text !== text)
      this.#fault(line, this.#head.titleOf(id), `line ${other.line} says something else of ${lineage.slug}.`);
    const words = { field: columnNamed(id)?.title ?? id, from: now, to: text };
    said.fields.set(id, { line, text, change, words });
  }

  #factOf({ line, id, text }: FactCell, lineage: Capped): LineageChange | null {
    const reading = holdsKey(text) ? { ok: false as const, why: PASTED_KEY } : readFact(id, text, this.#input);
    if (!reading.ok) {
      this.#fault(line, this.#head.titleOf(id), reading.why);
      return null;
    }
    const { capMicroUsd, capSource } = reading.change;
    if (capMicroUsd === undefined || capSource == null) return reading.change;
    return saidCap(lineage, capMicroUsd, { policy: this.#input.policy, source: capSource });
  }

  #register(row: Row): void {
    const { line } = row;
    const found = readRegistration(row, {
      inventory: this.#inventory,
      now: this.#input.now,
      mayLookFurther: this.#faults.length < FAULTS_TOLD,
    });
    if ('fault' in found) {
      const { id, why } = found.fault;
      this.#fault(line, id === null ? null : this.#head.titleOf(id), why);
      return;
    }
    const { registration, wantedSlug } = found;
    const problem = this.#doubled(line, registration, wantedSlug);
    if (problem !== null) {
      this.#fault(line, null, problem);
      return;
    }
    const slug = this.#freeSlug(wantedSlug || registration.label);
    let facts: LineageChange = {};
    for (const id of this.#facts) {
      const text = row.text(id);
      if (text === '') continue;
      facts = { ...facts, ...this.#factOf({ line, id, text }, { ...UNCAPPED, slug }) };
    }
    this.#added.push({ ...registration, slug, facts: cleaned(facts) });
  }

  #doubled(
    line: number,
    { provider, label, hint }: Omit<Registration, 'slug' | 'facts'>,
    wanted: string,
  ): string | null {
    const face = `${wanted}\u0000${faceOf({ provider, label, hint: hint ?? '' })}`;
    const twin = this.#faces.get(face);
    if (twin !== undefined) return `line ${twin} is the same key.`;
    this.#faces.set(face, line);
    const isTaken = wanted !== '' && this.#slugs.has(slugFor(wanted, () => false));
    return isTaken ? 'another key has this name, or one that is written the same.' : null;
  }

  /** As `slugFor`, but quick when thousands have one label. */
  #freeSlug(text: string): string {
    const base = slugFor(text, () => false);
    let suffix = this.#suffixes.get(base) ?? 1;
    let slug = base;
    for (; this.#slugs.has(slug); slug = `${base}-${suffix}`) suffix += 1;
    this.#suffixes.set(base, suffix);
    this.#slugs.add(slug);
    return slug;
  }

  /** What is different once it is cleaned as it would be kept. */
  #edits(): readonly LineageEdit[] {
    return [...this.#said.values()].flatMap(({ known, fields }) => {
      const before = known.summary.lineage;
      const said = [...fields.values()];
      const change = Object.assign({}, ...said.map((one) => one.change)) as LineageChange;
      const after = changed(before, cleaned(change));
      const entries = entriesOf(before, after);
      return entries.length === 0 ? [] : [{ before, after, entries, words: said.map(({ words }) => words) }];
    });
  }

  #fault(line: number, column: string | null, why: string): void {
    this.#faultCount += 1;
    if (this.#faults.length < FAULTS_TOLD) this.#faults.push({ line, column, why });
  }
}

/** By what happens to it, for a summary. */
export function countChanges(plan: ImportPlan): ReadonlyMap<string, number> {
  const words = [...plan.edits, ...plan.keyEdits].flatMap((edit) => edit.words);
  return new Map([...groupBy(words, ({ field }) => field)].map(([field, all]) => [field, all.length]));
}
