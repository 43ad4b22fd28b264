import { type JsonObject, objectsIn } from '../../../slack/json.ts';
import { localUrl, textBlock } from '../logic/drawable.ts';
import { usePage } from '../page-context.ts';
import { LibraryBlock } from './library-block.tsx';

export function ContextBlock({ block }: { block: JsonObject }) {
  return (
    <div className="ks-context">
      {objectsIn(block['elements']).map((element, index) =>
        element['type'] === 'image' ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: elements have no other name than their place.
          <ContextImage key={index} image={element} />
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: elements have no other name than their place.
          <LibraryBlock key={index} block={textBlock(element)} />
        ),
      )}
    </div>
  );
}

function ContextImage({ image }: { image: JsonObject }) {
  const url = localUrl(image, usePage().fileUrl);
  const alt = String(image['alt_text'] ?? '');
  return url === undefined ? <span>{alt}</span> : <img className="ks-context-image" src={url} alt={alt} />;
}
