import { useEffect, useRef } from 'react';
import type { Suggestion } from '../logic/completion.ts';

/** What could be meant, above the line. The focus stays in the line, which names the active one. */
export function SuggestionList({
  id,
  items,
  active,
  onTake,
}: {
  id: string;
  items: readonly Suggestion[];
  active: number;
  onTake: (item: Suggestion) => void;
}) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  return (
    <div ref={list} id={id} role="listbox" className="ks-suggestions" aria-label="Suggestions">
      {items.map((item, index) => (
        <div
          key={item.id}
          id={`${id}-${index}`}
          role="option"
          tabIndex={-1}
          aria-selected={index === active}
          className="ks-suggestion"
          onPointerDown={(event) => {
            event.preventDefault();
            onTake(item);
          }}
        >
          <code>{item.label}</code>
          <span>{item.summary}</span>
        </div>
      ))}
    </div>
  );
}
