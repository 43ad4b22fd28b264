import { type JsonObject, objectsIn } from '../../../slack/json.ts';
import { BlockElement } from './block-element.tsx';

export function ActionsBlock({ block, blockId }: { block: JsonObject; blockId: string }) {
  return (
    <div className="ks-actions">
      {objectsIn(block['elements']).map((element, index) => (
        <BlockElement key={String(element['action_id'] ?? index)} element={element} blockId={blockId} />
      ))}
    </div>
  );
}
