import type { RepoContext } from './repo-context.ts';

/**
 * What was read is read again only when somebody has committed something since. Many kinds of work look at the same rows
 * after each change. In a transaction nothing is remembered.
 */
export function remembered<Value>(
  { version }: Pick<RepoContext, 'version'>,
  read: () => Promise<Value>,
): () => Promise<Value> {
  if (version === null) return read;
  let known: { readonly at: number; readonly value: Promise<Value> } | null = null;
  return () => {
    const at = version();
    if (known?.at === at) return known.value;
    const value = read();
    known = { at, value };
    // What could not be read is tried anew.
    value.catch(() => {
      if (known?.value === value) known = null;
    });
    return value;
  };
}
