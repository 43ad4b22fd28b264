import type { JsonObject } from '../../../slack/json.ts';
import { asObject } from '../../../slack/json.ts';
import { textBlock } from '../logic/drawable.ts';
import { words } from '../logic/form.ts';
import { Dialog } from '../shell/dialog.tsx';
import { LibraryBlock } from './library-block.tsx';

/** Asked once more before a click counts. */
export function ConfirmDialog({ confirm, onYes, onNo }: { confirm: JsonObject; onYes: () => void; onNo: () => void }) {
  const isDangerous = confirm['style'] === 'danger';
  return (
    <Dialog label={words(confirm['title'])} className="ks-confirm" onEscape={onNo}>
      <h2>{words(confirm['title'])}</h2>
      <LibraryBlock block={textBlock(asObject(confirm['text']))} />
      <div className="ks-dialog-foot">
        <button type="button" className="ks-button" onClick={onNo}>
          {words(confirm['deny']) || 'Cancel'}
        </button>
        <button type="button" className={isDangerous ? 'ks-button ks-danger' : 'ks-button ks-primary'} onClick={onYes}>
          {words(confirm['confirm']) || 'Confirm'}
        </button>
      </div>
    </Dialog>
  );
}
