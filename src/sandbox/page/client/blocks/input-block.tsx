import { type KeyboardEvent, useContext, useId } from 'react';
import { asObject, type JsonObject } from '../../../slack/json.ts';
import type { PageEntry } from '../../protocol.ts';
import { shownEntry, words } from '../logic/form.ts';
import { InputField, isGroupType } from './input-field.tsx';
import { FormContext } from './target.ts';
import { useAct } from './use-act.ts';

/** A labelled input of a form, with its hint and what is wrong with it. */
export function InputBlock({ block, blockId }: { block: JsonObject; blockId: string }) {
  const id = useId();
  const form = useContext(FormContext);
  const { act } = useAct(blockId);
  const element = asObject(block['element']);
  const actionId = String(element['action_id']);
  const entry = shownEntry(element, asObject(form.values[blockId])[actionId], form.draft[blockId]?.[actionId]);
  const error = form.errors[blockId];
  const hint = words(block['hint']);
  const acts = block['dispatch_action'] === true;
  const isText = String(element['type']).endsWith('_input');
  const enter = (next: PageEntry): void => {
    form.enter({ blockId, actionId }, next);
    if (acts && !isText) void act(actionId, next);
  };
  const described = [hint === '' ? '' : `${id}-hint`, error === undefined ? '' : `${id}-error`]
    .filter(Boolean)
    .join(' ');
  const Frame = isGroupType(String(element['type'])) ? 'fieldset' : 'div';
  const label = (
    <>
      {words(block['label'])}
      {block['optional'] === true && <span className="ks-optional"> (optional)</span>}
    </>
  );
  return (
    <Frame
      className="ks-input"
      onKeyDown={(event: KeyboardEvent) => {
        if (!acts || !isText || event.key !== 'Enter') return;
        event.preventDefault();
        void act(actionId, entry);
      }}
      {...(Frame === 'fieldset' && described !== '' ? { 'aria-describedby': described } : {})}
    >
      {Frame === 'fieldset' ? <legend>{label}</legend> : <label htmlFor={id}>{label}</label>}
      <InputField
        id={id}
        element={element}
        entry={entry}
        onEnter={enter}
        isWrong={error !== undefined}
        isOptional={block['optional'] === true}
        {...(described === '' ? {} : { describedBy: described })}
      />
      {hint !== '' && (
        <p className="ks-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error !== undefined && (
        <p className="ks-error" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
    </Frame>
  );
}
