import { type ReactNode, useEffect, useRef, useState } from 'react';

interface PopoverProps {
  readonly label: string;
  readonly className: string;
  readonly button: ReactNode;
  readonly children: (close: () => void) => ReactNode;
}

/** A panel that opens at its button; Esc or a click beside it closes it. */
export function Popover({ label, className, button, children }: PopoverProps) {
  const frame = useRef<HTMLDivElement>(null);
  const trigger = useRef<HTMLButtonElement>(null);
  const [isOpen, setIsOpen] = useState(false);
  useEffect(() => {
    if (!isOpen) return;
    frame.current?.querySelector<HTMLElement>('.ks-popover :is([aria-current=true], button)')?.focus();
    const leave = ({ target }: Event): void => {
      if (target instanceof Node && !frame.current?.contains(target)) setIsOpen(false);
    };
    document.addEventListener('pointerdown', leave);
    return () => document.removeEventListener('pointerdown', leave);
  }, [isOpen]);
  const close = (): void => {
    setIsOpen(false);
    trigger.current?.focus();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Esc anywhere in the panel closes it.
    <div
      ref={frame}
      className={`ks-popover-frame ${className}`}
      onKeyDown={(event) => isOpen && event.key === 'Escape' && close()}
    >
      <button
        ref={trigger}
        type="button"
        className="ks-popover-button"
        aria-label={label}
        aria-expanded={isOpen}
        onClick={() => setIsOpen(!isOpen)}
      >
        {button}
      </button>
      {isOpen && <div className="ks-popover">{children(close)}</div>}
    </div>
  );
}
