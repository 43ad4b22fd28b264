import { type MouseEvent, useLayoutEffect, useRef } from 'react';
import { type Block, Message } from 'slack-blocks-to-jsx';
import type { JsonObject } from '../../../slack/json.ts';
import { hooks } from './library-hooks.tsx';

const PEOPLE = {};

/** One block drawn by the library. `onAction` hears clicks on its buttons, which have no callback of their own. */
export function LibraryBlock({ block, onAction }: { block: JsonObject; onAction?: (actionId: string) => void }) {
  const frame = useRef<HTMLDivElement>(null);
  // The library repeats its ids in every block. They are kept as data: an id names one thing.
  useLayoutEffect(() => {
    for (const element of frame.current?.querySelectorAll<HTMLElement>('[id]') ?? []) {
      element.dataset['libraryId'] = element.id;
      element.removeAttribute('id');
    }
  });
  const click = (event: MouseEvent): void => {
    const button =
      event.target instanceof Element ? event.target.closest<HTMLElement>('button[data-library-id]') : null;
    const actionId = button?.dataset['libraryId'];
    if (actionId !== undefined) onAction?.(actionId);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only hears the clicks of the real buttons inside.
    // biome-ignore lint/a11y/useKeyWithClickEvents: a key on a button is a click.
    <div ref={frame} className="ks-library" onClick={click}>
      <Message withoutWrapper blocks={[block as unknown as Block]} name="" logo="" data={PEOPLE} hooks={hooks} />
    </div>
  );
}
