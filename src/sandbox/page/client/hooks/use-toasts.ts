import { useCallback, useRef, useState } from 'react';

export interface Toast {
  readonly id: number;
  readonly kind: 'problem' | 'call';
  readonly text: string;
  /** Where a click on it leads. */
  readonly channel?: string;
}

const SHOWN_MAX = 4;
const LASTS_MS = 9_000;

export function useToasts(): {
  readonly toasts: readonly Toast[];
  readonly add: (toast: Omit<Toast, 'id'>) => void;
  readonly drop: (id: number) => void;
  /** Forgets what told somebody else of a call. */
  readonly dropCalls: () => void;
} {
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const nextId = useRef(1);
  const drop = useCallback((id: number) => setToasts((all) => all.filter((toast) => toast.id !== id)), []);
  const add = useCallback(
    (toast: Omit<Toast, 'id'>) => {
      const id = nextId.current++;
      // The same words twice are one toast, shown anew.
      setToasts((all) => [...all.filter(({ text }) => text !== toast.text), { ...toast, id }].slice(-SHOWN_MAX));
      setTimeout(() => drop(id), LASTS_MS);
    },
    [drop],
  );
  const dropCalls = useCallback(() => setToasts((all) => all.filter(({ kind }) => kind !== 'call')), []);
  return { toasts, add, drop, dropCalls };
}
