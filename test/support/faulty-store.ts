import type { Repos, Store } from '../../src/ports/store.ts';

export interface FaultyStore {
  readonly store: Store;
  /** The next `count` transactions after `skipped` ones roll back at their end and throw. */
  failWrites(count: number, options?: { readonly skipped?: number }): void;
}

/** A real store whose transactions fail when told to. */
export function faultyStore(inner: Store): FaultyStore {
  let plan: boolean[] = [];
  const overrides: Pick<Store, 'write'> = {
    write: (run) => {
      const fails = plan.shift() ?? false;
      return inner.write(async (tx: Repos) => {
        const result = await run(tx);
        if (fails) throw new Error('the disk is full');
        return result;
      });
    },
  };
  const handler: ProxyHandler<Store> = {
    get(target, name) {
      if (name === 'write') return overrides.write;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  };
  return {
    store: new Proxy(inner, handler),
    failWrites(count, { skipped = 0 } = {}) {
      plan = [...Array.from({ length: skipped }, () => false), ...Array.from({ length: count }, () => true)];
    },
  };
}
