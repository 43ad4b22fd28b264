import type { JsonObject } from '../../../slack/json.ts';
import { localUrl, wordsOf } from '../logic/drawable.ts';
import { usePage } from '../page-context.ts';
import { BlockButton } from './block-button.tsx';
import { isInputType } from './input-field.tsx';
import { InstantInput } from './instant-input.tsx';
import { OverflowMenu } from './overflow-menu.tsx';

/** Something to click or choose, beside a section or in a row of actions. */
export function BlockElement({ element, blockId }: { element: JsonObject; blockId: string }) {
  const { fileUrl } = usePage();
  const type = String(element['type']);
  if (type === 'button' || type === 'workflow_button') return <BlockButton element={element} blockId={blockId} />;
  if (type === 'overflow') return <OverflowMenu element={element} blockId={blockId} />;
  if (isInputType(type)) return <InstantInput element={element} blockId={blockId} />;
  const url = type === 'image' ? localUrl(element, fileUrl) : undefined;
  if (url !== undefined)
    return <img className="ks-accessory-image" src={url} alt={String(element['alt_text'] ?? '')} />;
  return <span className="ks-unknown">{wordsOf(element)}</span>;
}
