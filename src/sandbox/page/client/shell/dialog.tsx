import { type ReactNode, useLayoutEffect, useRef } from 'react';

/** A modal dialog of the browser: it keeps the focus inside and gives it back. */
export function Dialog({
  label,
  className,
  onEscape,
  children,
}: {
  label: string;
  className: string;
  onEscape: () => void;
  children: ReactNode;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    // Closing gives the focus back, which taking it out of the page would not.
    return () => shown?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-label={label}
      className={`ks-dialog ${className}`}
      onCancel={(event) => {
        // Who opened it decides when it closes: the app may refuse.
        event.preventDefault();
        if (event.target === event.currentTarget) onEscape();
      }}
    >
      {children}
    </dialog>
  );
}
