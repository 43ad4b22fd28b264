import { type JsonObject, objectsIn, textOf } from '../../../slack/json.ts';
import { BlockList } from '../blocks/block-list.tsx';
import { LibraryBlock } from '../blocks/library-block.tsx';
import type { BlockPlace } from '../blocks/target.ts';
import { richText } from '../logic/mrkdwn.ts';

/** The older way to add to a message; shown with its bar. */
export function Attachment({ attachment, place }: { attachment: JsonObject; place: BlockPlace }) {
  const blocks = objectsIn(attachment['blocks']);
  const words = ['pretext', 'title', 'text', 'footer'].map((key) => textOf(attachment[key])).filter(Boolean);
  return (
    <div className="ks-attachment">
      {blocks.length > 0 ? (
        <BlockList blocks={blocks} place={place} />
      ) : (
        <LibraryBlock block={richText(words.join('\n') || String(attachment['fallback'] ?? ''))} />
      )}
    </div>
  );
}
