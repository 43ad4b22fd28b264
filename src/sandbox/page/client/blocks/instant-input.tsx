import { useContext, useState } from 'react';
import { asObject, isObject, type JsonObject } from '../../../slack/json.ts';
import type { PageEntry } from '../../protocol.ts';
import { shownEntry, words } from '../logic/form.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { InputField } from './input-field.tsx';
import { FormContext } from './target.ts';
import { useAct } from './use-act.ts';

/** A menu or picker outside a form: what is chosen acts at once. */
export function InstantInput({ element, blockId }: { element: JsonObject; blockId: string }) {
  const { act, isBusy } = useAct(blockId);
  const form = useContext(FormContext);
  const [asking, setAsking] = useState<{ entry: PageEntry } | null>(null);
  const actionId = String(element['action_id']);
  const at = { blockId, actionId };
  const value = asObject(form.values[blockId])[actionId];
  const send = (entry: PageEntry): void => {
    setAsking(null);
    form.enter(at, entry);
    void act(actionId, entry);
  };
  return (
    <div className="ks-element" aria-busy={isBusy}>
      <InputField
        element={element}
        label={words(element['placeholder']) || 'Choose'}
        entry={shownEntry(element, value, form.draft[blockId]?.[actionId])}
        onEnter={(entry) => (isObject(element['confirm']) ? setAsking({ entry }) : send(entry))}
      />
      {asking !== null && (
        <ConfirmDialog
          confirm={asObject(element['confirm'])}
          onYes={() => send(asking.entry)}
          onNo={() => setAsking(null)}
        />
      )}
    </div>
  );
}
