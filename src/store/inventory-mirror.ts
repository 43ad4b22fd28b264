import type { Kysely } from 'kysely';
import { inSlices } from '../domain/collections.ts';
import type { Key, Lineage } from '../domain/key.ts';
import type { Rotation } from '../domain/rotation.ts';
import type { InventoryRow, ModelSight } from '../ports/inventory.ts';
import type { OpenRotation } from '../ports/rotation.ts';
import { keysById, lineageRepo, lineagesById } from './keys.ts';
import type { Database } from './schema.ts';
import { scopeRepo } from './scopes.ts';
import { isTouched, noTouch, type Touched, touchAll } from './touched.ts';
import { dayCostPerKey } from './usage-days.ts';
import { modelsPerKey } from './usage-models.ts';

const REVISION = 'inventory';
const CHUNK = 5_000;
const FOREVER = Number.MAX_SAFE_INTEGER;

/**
 * The inventory as this process last read it. Each transaction that changes it counts a revision up and says here what it
 * touched; a read looks at the revision and reads again what was touched since, or all when another process has written.
 */
export class InventoryMirror {
  /** Changes with what other processes write. */
  readonly #version: () => unknown;
  #seen: unknown = null;
  #isValid = false;
  /** The highest revision whose changes are known here. */
  #through = 0;
  /** Touched by what is committed. */
  #settled = noTouch();
  /** Touched by the newest transaction, which may not be committed yet. */
  #newest: { readonly revision: number; readonly touched: Touched } | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  readonly #keys = new Map<string, Key>();
  readonly #lineages = new Map<string, Lineage>();
  readonly #keysOfLineage = new Map<string, Set<string>>();
  #scopeNames = new Map<string, string>();
  #costs = new Map<string, number>();
  #called = new Map<string, readonly ModelSight[]>();
  #costFrom = Number.NaN;
  /** Whose sums and models changed since they were added up. */
  #owed = noTouch();
  #keyList: readonly Key[] | null = null;
  #lineageList: readonly Lineage[] | null = null;
  readonly #rows = new Map<string, InventoryRow>();
  #order: readonly string[] | null = null;
  #rowList: readonly InventoryRow[] | null = null;

  constructor(version: () => unknown) {
    this.#version = version;
  }

  /** At the end of a transaction, before it commits. */
  async note(tx: Kysely<Database>, touched: Touched): Promise<number> {
    const row = await tx
      .updateTable('revisions')
      .set((eb) => ({ value: eb('value', '+', 1) }))
      .where('name', '=', REVISION)
      .returning('value')
      .executeTakeFirstOrThrow();
    const revision = Number(row.value);
    if (revision > this.#through + 1) this.#isValid = false;
    if (this.#newest !== null) touchAll(this.#settled, this.#newest.touched);
    this.#newest = { revision, touched };
    this.#through = revision;
    return revision;
  }

  /** The transaction of this revision was rolled back: the next of that number is another one. */
  retract(revision: number): void {
    if (this.#newest?.revision !== revision) return;
    touchAll(this.#settled, this.#newest.touched);
    this.#newest = null;
    this.#through = revision - 1;
  }

  rows(db: Kysely<Database>, costFrom: number): Promise<readonly InventoryRow[]> {
    return this.#inTurn(db, async () => {
      if (costFrom === this.#costFrom) await this.#settleCosts(db);
      else await this.#loadCosts(db, costFrom);
      return this.#sorted();
    });
  }

  /** Every key, by id. */
  keys(db: Kysely<Database>): Promise<readonly Key[]> {
    return this.#inTurn(db, async () => {
      this.#keyList ??= [...this.#keys.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
      return this.#keyList;
    });
  }

  /** Every lineage, by slug. */
  lineages(db: Kysely<Database>): Promise<readonly Lineage[]> {
    return this.#inTurn(db, async () => {
      this.#lineageList ??= [...this.#lineages.values()].sort((a, b) => (a.slug < b.slug ? -1 : 1));
      return this.#lineageList;
    });
  }

  key(db: Kysely<Database>, id: string): Promise<Key | undefined> {
    return this.#inTurn(db, async () => this.#keys.get(id));
  }

  lineage(db: Kysely<Database>, id: string): Promise<Lineage | undefined> {
    return this.#inTurn(db, async () => this.#lineages.get(id));
  }

  /** With the keys that they replace. */
  withOldKeys(db: Kysely<Database>, open: readonly Rotation[]): Promise<readonly OpenRotation[]> {
    return this.#inTurn(db, async () =>
      open.flatMap((rotation) => {
        const oldKey = this.#keys.get(rotation.oldKeyId);
        const lineage = this.#lineages.get(rotation.lineageId);
        return oldKey === undefined || lineage === undefined ? [] : [{ rotation, oldKey, lineage }];
      }),
    );
  }

  /** Of the inventory as it is now; one read at a time. */
  #inTurn<Result>(db: Kysely<Database>, read: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(async () => {
      try {
        await this.#refresh(db);
        return await read();
      } catch (error) {
        this.#isValid = false;
        throw error;
      }
    });
    this.#turn = result.catch(() => undefined);
    return result;
  }

  async #refresh(db: Kysely<Database>): Promise<void> {
    const version = this.#version();
    const isCurrent = this.#isValid && version === this.#seen && this.#newest === null && !isTouched(this.#settled);
    if (isCurrent) return;
    if (version !== this.#seen) this.#isValid = false;
    this.#seen = version;
    const revision = await revisionOf(db);
    if (!this.#isValid || revision > this.#through) await this.#load(db, revision);
    else await this.#catchUp(db, revision);
  }

  async #load(db: Kysely<Database>, revision: number): Promise<void> {
    this.#isValid = true;
    if (this.#newest !== null && this.#newest.revision <= revision) this.#newest = null;
    this.#through = Math.max(revision, this.#newest?.revision ?? 0);
    this.#settled = noTouch();
    const keys = await keysById(db, null);
    const lineages = await lineageRepo({ db, touched: noTouch() }).all();
    for (const map of [this.#keys, this.#lineages, this.#keysOfLineage]) map.clear();
    this.#forgetRows();
    for (const lineage of lineages) this.#lineages.set(lineage.id, lineage);
    for (const key of keys) this.#put(key);
    this.#order = null;
    this.#keyList = null;
    this.#lineageList = null;
    await this.#loadScopes(db);
    this.#costFrom = Number.NaN;
  }

  async #catchUp(db: Kysely<Database>, revision: number): Promise<void> {
    const { keys, lineages, costs, models, scopes } = this.#takeTouched(revision);
    for (const slice of inSlices([...lineages], CHUNK)) {
      for (const lineage of await lineagesById(db, slice)) {
        if (this.#lineages.get(lineage.id)?.slug !== lineage.slug) this.#order = null;
        this.#rowList = null;
        this.#lineages.set(lineage.id, lineage);
        this.#lineageList = null;
        for (const id of this.#keysOfLineage.get(lineage.id) ?? []) this.#forget(id);
      }
    }
    for (const slice of inSlices([...keys], CHUNK)) for (const key of await keysById(db, slice)) this.#put(key);
    if (scopes) await this.#loadScopes(db);
    touchAll(this.#owed, { ...noTouch(), costs, models });
  }

  /** Only who looks at sums has them added up. */
  async #settleCosts(db: Kysely<Database>): Promise<void> {
    const { costs, models } = this.#owed;
    this.#owed = noTouch();
    if (models.size > 0) await this.#refreshCalled(db, [...models]);
    if (costs.size > 0) await this.#refreshCosts(db, [...costs]);
  }

  async #refreshCalled(db: Kysely<Database>, ids: readonly string[]): Promise<void> {
    const fresh = await modelsPerKey(db, this.#costFrom, ids);
    for (const id of ids) {
      const called = fresh.get(id) ?? [];
      if (sameCalls(called, this.#called.get(id) ?? [])) continue;
      this.#called.set(id, called);
      this.#forget(id);
    }
  }

  async #refreshCosts(db: Kysely<Database>, ids: readonly string[]): Promise<void> {
    const fresh = await dayCostPerKey(db, { from: this.#costFrom, to: FOREVER }, ids);
    for (const id of ids) {
      const cost = fresh.get(id) ?? 0;
      if (cost === (this.#costs.get(id) ?? 0)) continue;
      this.#costs.set(id, cost);
      this.#forget(id);
    }
  }

  /** Of what is committed at this revision; the newest may be still to come. */
  #takeTouched(revision: number): Touched {
    if (this.#newest !== null && this.#newest.revision <= revision) {
      touchAll(this.#settled, this.#newest.touched);
      this.#newest = null;
    }
    const taken = this.#settled;
    this.#settled = noTouch();
    return taken;
  }

  #put(key: Key): void {
    const before = this.#keys.get(key.id);
    if (before?.lineageId !== key.lineageId) {
      if (before !== undefined) this.#keysOfLineage.get(before.lineageId)?.delete(key.id);
      const siblings = this.#keysOfLineage.get(key.lineageId) ?? new Set();
      this.#keysOfLineage.set(key.lineageId, siblings.add(key.id));
      this.#order = null;
    }
    this.#keys.set(key.id, key);
    this.#keyList = null;
    this.#forget(key.id);
  }

  async #loadScopes(db: Kysely<Database>): Promise<void> {
    const scopes = await scopeRepo({ db, touched: noTouch() }).all();
    const names = new Map(scopes.map(({ providerId, id, name }) => [`${providerId}:${id}`, name]));
    const isSame =
      names.size === this.#scopeNames.size && [...names].every(([id, n]) => this.#scopeNames.get(id) === n);
    if (!isSame) this.#forgetRows();
    this.#scopeNames = names;
  }

  async #loadCosts(db: Kysely<Database>, costFrom: number): Promise<void> {
    this.#costs = new Map(await dayCostPerKey(db, { from: costFrom, to: FOREVER }));
    this.#called = new Map(await modelsPerKey(db, costFrom));
    this.#costFrom = costFrom;
    this.#owed = noTouch();
    this.#forgetRows();
  }

  #sorted(): readonly InventoryRow[] {
    this.#order ??= [...this.#keys.values()]
      .filter(({ lineageId }) => this.#lineages.has(lineageId))
      .map(({ id, lineageId }) => ({ id, slug: this.#lineages.get(lineageId)?.slug ?? '' }))
      .sort((a, b) => (a.slug === b.slug ? (a.id < b.id ? -1 : 1) : a.slug < b.slug ? -1 : 1))
      .map(({ id }) => id);
    this.#rowList ??= this.#order.flatMap((id) => this.#rowOf(id) ?? []);
    return this.#rowList;
  }

  #forget(keyId: string): void {
    this.#rows.delete(keyId);
    this.#rowList = null;
  }

  #forgetRows(): void {
    this.#rows.clear();
    this.#rowList = null;
  }

  #rowOf(id: string): InventoryRow | undefined {
    const known = this.#rows.get(id);
    if (known !== undefined) return known;
    const key = this.#keys.get(id);
    const lineage = key && this.#lineages.get(key.lineageId);
    if (key === undefined || lineage === undefined) return undefined;
    const scopeName = this.#scopeNames.get(`${key.providerId}:${key.scopeId}`) ?? null;
    const row = { key, lineage, scopeName, costMicroUsd: this.#costs.get(id) ?? 0, called: this.#called.get(id) ?? [] };
    this.#rows.set(id, row);
    return row;
  }
}

function sameCalls(a: readonly ModelSight[], b: readonly ModelSight[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ model, endpoint }, at) => model === b[at]?.model && endpoint === b[at]?.endpoint)
  );
}

async function revisionOf(db: Kysely<Database>): Promise<number> {
  const row = await db.selectFrom('revisions').select('value').where('name', '=', REVISION).executeTakeFirst();
  return Number(row?.value ?? 0);
}
