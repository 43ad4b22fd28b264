import { useRef, useState } from 'react';
import { isObject, type JsonObject } from '../../../slack/json.ts';
import { choicesOf } from '../logic/form.ts';
import { Icon } from '../shell/icon.tsx';
import { Menu } from '../shell/menu.tsx';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { useAct } from './use-act.ts';

/** The three dots. The library's menu cannot be reached by keyboard and tells nobody what was chosen. */
export function OverflowMenu({ element, blockId }: { element: JsonObject; blockId: string }) {
  const { act, isBusy } = useAct(blockId);
  const trigger = useRef<HTMLButtonElement>(null);
  const [isOpen, setIsOpen] = useState(false);
  const [asking, setAsking] = useState<string | null>(null);
  const { confirm } = element;
  const close = (): void => {
    setIsOpen(false);
    trigger.current?.focus();
  };
  const choose = (value: string): void => {
    close();
    if (isObject(confirm)) setAsking(value);
    else void act(String(element['action_id']), value);
  };
  return (
    <div className="ks-element" aria-busy={isBusy}>
      <button
        ref={trigger}
        type="button"
        className="ks-dots"
        aria-label="More actions"
        aria-haspopup="menu"
        aria-expanded={isOpen}
        disabled={isBusy}
        onClick={() => setIsOpen(!isOpen)}
      >
        <Icon name="dots" />
      </button>
      {isOpen && <Menu anchor={trigger.current} choices={choicesOf(element)} onChoose={choose} onClose={close} />}
      {asking !== null && isObject(confirm) && (
        <ConfirmDialog
          confirm={confirm}
          onYes={() => {
            setAsking(null);
            void act(String(element['action_id']), asking);
          }}
          onNo={() => setAsking(null)}
        />
      )}
    </div>
  );
}
