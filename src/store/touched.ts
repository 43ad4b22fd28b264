/** What a transaction changed of the inventory, by id. */
export interface Touched {
  readonly keys: Set<string>;
  readonly lineages: Set<string>;
  /** Keys whose sums by day changed. */
  readonly costs: Set<string>;
  /** Keys that called something new, or again on a new day. */
  readonly models: Set<string>;
  scopes: boolean;
}

export function noTouch(): Touched {
  return { keys: new Set(), lineages: new Set(), costs: new Set(), models: new Set(), scopes: false };
}

export function isTouched({ keys, lineages, costs, models, scopes }: Touched): boolean {
  return scopes || keys.size + lineages.size + costs.size + models.size > 0;
}

/** Puts all of `more` into `into`. */
export function touchAll(into: Touched, more: Touched): void {
  for (const id of more.keys) into.keys.add(id);
  for (const id of more.lineages) into.lineages.add(id);
  for (const id of more.costs) into.costs.add(id);
  for (const id of more.models) into.models.add(id);
  into.scopes ||= more.scopes;
}
