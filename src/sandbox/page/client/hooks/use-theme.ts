import { useEffect, useState } from 'react';
import { useStored } from './use-stored.ts';

export type ThemeChoice = 'light' | 'dark' | 'system';

const DARK = '(prefers-color-scheme: dark)';

export function useTheme(): {
  readonly choice: ThemeChoice;
  readonly theme: 'light' | 'dark';
  readonly choose: (choice: ThemeChoice) => void;
} {
  const [choice, choose] = useStored<ThemeChoice>('theme', 'system', isTheme);
  const [systemIsDark, setSystemIsDark] = useState(() => matchMedia(DARK).matches);
  useEffect(() => {
    const query = matchMedia(DARK);
    const listen = (): void => setSystemIsDark(query.matches);
    query.addEventListener('change', listen);
    return () => query.removeEventListener('change', listen);
  }, []);
  const theme = choice === 'system' ? (systemIsDark ? 'dark' : 'light') : choice;
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme;
  }, [theme]);
  return { choice, theme, choose };
}

export function isTheme(value: string): value is ThemeChoice {
  return value === 'light' || value === 'dark' || value === 'system';
}
