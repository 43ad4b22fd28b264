import { useState } from 'react';
import { isObject, type JsonObject, textOf } from '../../../slack/json.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { LibraryBlock } from './library-block.tsx';
import { useAct } from './use-act.ts';

const OPENABLE = /^https?:\/\//i;

/** The library's button; its link and its question are the page's, since the library's tell nobody what was clicked. */
export function BlockButton({ element, blockId }: { element: JsonObject; blockId: string }) {
  const { act, isBusy } = useAct(blockId);
  const [isAsking, setIsAsking] = useState(false);
  const { confirm, url, ...plain } = element;
  const actionId = String(element['action_id']);
  const press = (): void => {
    setIsAsking(false);
    const address = textOf(url);
    if (address !== undefined && OPENABLE.test(address)) window.open(address, '_blank', 'noopener,noreferrer');
    void act(actionId);
  };
  const text = isObject(element['text']) ? { ...element['text'], verbatim: true } : undefined;
  const block = { type: 'actions', elements: [{ ...plain, type: 'button', text }] };
  return (
    <div className="ks-element" aria-busy={isBusy}>
      <LibraryBlock
        block={block}
        onAction={() => {
          if (isBusy) return;
          if (isObject(confirm)) setIsAsking(true);
          else press();
        }}
      />
      {isAsking && isObject(confirm) && (
        <ConfirmDialog confirm={confirm} onYes={press} onNo={() => setIsAsking(false)} />
      )}
    </div>
  );
}
