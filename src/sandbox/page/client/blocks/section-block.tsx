import { isObject, type JsonObject, objectsIn } from '../../../slack/json.ts';
import { textBlock } from '../logic/drawable.ts';
import { BlockElement } from './block-element.tsx';
import { LibraryBlock } from './library-block.tsx';

export function SectionBlock({ block, blockId }: { block: JsonObject; blockId: string }) {
  const { text, accessory } = block;
  const fields = objectsIn(block['fields']);
  return (
    <div className="ks-section">
      <div className="ks-section-words">
        {isObject(text) && <LibraryBlock block={textBlock(text)} />}
        {fields.length > 0 && (
          <div className="ks-fields">
            {fields.map((field, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: fields have no other name than their place.
              <LibraryBlock key={index} block={textBlock(field)} />
            ))}
          </div>
        )}
      </div>
      {isObject(accessory) && <BlockElement element={accessory} blockId={blockId} />}
    </div>
  );
}
