import { type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { Choice } from '../logic/form.ts';

const MARGIN_PX = 4;

/** A menu at its button, wherever that has room: panes that scroll would cut it off. */
export function Menu({
  anchor,
  choices,
  onChoose,
  onClose,
}: {
  anchor: HTMLElement | null;
  choices: readonly Choice[];
  onChoose: (value: string) => void;
  onClose: () => void;
}) {
  const list = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState({ left: 0, top: 0 });
  useLayoutEffect(() => {
    const own = list.current?.getBoundingClientRect();
    const at = anchor?.getBoundingClientRect();
    if (own === undefined || at === undefined) return;
    const isBelow = at.bottom + MARGIN_PX + own.height < innerHeight;
    const left = Math.max(MARGIN_PX, Math.min(at.left, innerWidth - own.width - MARGIN_PX));
    setPlace({ left, top: isBelow ? at.bottom + MARGIN_PX : Math.max(MARGIN_PX, at.top - own.height - MARGIN_PX) });
    list.current?.querySelector<HTMLElement>('[role=menuitem]')?.focus({ preventScroll: true });
  }, [anchor]);
  useEffect(() => {
    const leave = (event: Event): void => {
      const { target } = event;
      if (target instanceof Node && (list.current?.contains(target) || anchor?.contains(target))) return;
      onClose();
    };
    document.addEventListener('pointerdown', leave);
    document.addEventListener('scroll', leave, true);
    return () => {
      document.removeEventListener('pointerdown', leave);
      document.removeEventListener('scroll', leave, true);
    };
  }, [anchor, onClose]);
  return (
    <div
      ref={list}
      role="menu"
      className="ks-menu"
      style={place}
      tabIndex={-1}
      onKeyDown={(event) => move(event, onClose)}
    >
      {choices.map(({ value, label }) => (
        <button key={value} type="button" role="menuitem" tabIndex={-1} onClick={() => onChoose(value)}>
          {label}
        </button>
      ))}
    </div>
  );
}

function move(event: KeyboardEvent<HTMLElement>, onClose: () => void): void {
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('[role=menuitem]')];
  const at = items.findIndex((item) => item.matches(':focus'));
  const goal: Readonly<Record<string, number>> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 };
  const next = goal[event.key];
  if (event.key === 'Escape' || event.key === 'Tab') {
    event.preventDefault();
    event.stopPropagation();
    onClose();
  } else if (next !== undefined) {
    event.preventDefault();
    items.at(next % items.length)?.focus();
  }
}
