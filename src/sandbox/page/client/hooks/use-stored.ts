import { useCallback, useState } from 'react';

/** A choice that this browser remembers. A browser that keeps nothing only forgets it. */
export function useStored<T extends string>(
  name: string,
  first: T,
  isValid: (value: string) => value is T,
): readonly [T, (value: T) => void] {
  const key = `keysteward.sandbox.${name}`;
  const [value, setValue] = useState<T>(() => read(key, isValid) ?? first);
  const keep = useCallback(
    (next: T) => {
      setValue(next);
      try {
        localStorage.setItem(key, next);
      } catch {
        // Private windows may refuse: the choice then lasts as long as the page.
      }
    },
    [key],
  );
  return [value, keep];
}

function read<T extends string>(key: string, isValid: (value: string) => value is T): T | undefined {
  try {
    const value = localStorage.getItem(key);
    return value !== null && isValid(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isSwitch(value: string): value is 'on' | 'off' {
  return value === 'on' || value === 'off';
}
