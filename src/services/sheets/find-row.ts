import type { InventoryEntry } from '../../domain/inventory-entry.ts';
import { isWatched } from '../../domain/key.ts';
import { type Cell, type ColumnId, columnNamed } from '../../domain/key-columns.ts';
import { folded } from '../../domain/key-query.ts';
import { nearestName } from '../../domain/nearest.ts';
import type { KeySummary } from '../inventory/list-keys.ts';

/** A key of the inventory with its columns. */
export interface Known {
  readonly summary: KeySummary;
  readonly entry: InventoryEntry;
}

/** One line with a way to its cells by column. */
export interface Row {
  readonly line: number;
  has(id: ColumnId): boolean;
  text(id: ColumnId): string;
}

export interface Face {
  readonly provider: string;
  readonly label: string;
  readonly hint: string;
}

/** Finds the key that a line of a sheet means. */
export class Inventory {
  readonly #bySlug = new Map<string, Known[]>();
  readonly #byId = new Map<string, Known>();
  readonly #byFace = new Map<string, Known[]>();
  readonly #watchedProviders = new Set<string>();

  constructor(all: readonly Known[]) {
    for (const known of all) {
      const { key, lineage, providerTitle } = known.summary;
      add(this.#bySlug, lineage.slug, known);
      this.#byId.set(key.id, known);
      const faces = new Set(
        [providerTitle, key.providerId].map((provider) => faceOf({ ...faceCells(known.entry), provider })),
      );
      for (const face of faces) add(this.#byFace, face, known);
      if (isWatched(key)) for (const name of [providerTitle, key.providerId]) this.#watchedProviders.add(folded(name));
    }
  }

  get slugs(): Iterable<string> {
    return this.#bySlug.keys();
  }

  /** The key with this id where it is of the lineage, else the one that works, or the newest. */
  named(slug: string, keyId: string): Known | undefined {
    const keys = this.#bySlug.get(slug.trim().toLowerCase()) ?? [];
    const exact = this.#byId.get(keyId.trim());
    if (exact !== undefined && keys.includes(exact)) return exact;
    return keys.find(({ summary }) => summary.key.status === 'active') ?? keys.at(-1);
  }

  looksLike(face: Face): readonly Known[] {
    return this.#byFace.get(faceOf(face)) ?? [];
  }

  isWatchedProvider(name: string): boolean {
    return this.#watchedProviders.has(folded(name));
  }

  nearest(slug: string): string | undefined {
    return slug.length > 40 ? undefined : nearestName(slug.toLowerCase(), this.#bySlug.keys());
  }
}

export function faceOf({ provider, label, hint }: Face): string {
  return [provider, label, hint].map(folded).join('\u0000');
}

function faceCells(entry: InventoryEntry): Omit<Face, 'provider'> {
  const cell = (id: 'label' | 'hint') => textOf(columnNamed(id)?.cell(entry, 0) ?? null);
  return { label: cell('label'), hint: cell('hint') };
}

export function textOf(cell: Cell): string {
  return cell === null ? '' : String(cell);
}

function add(map: Map<string, Known[]>, name: string, known: Known): void {
  const there = map.get(name);
  if (there === undefined) map.set(name, [known]);
  else there.push(known);
}
