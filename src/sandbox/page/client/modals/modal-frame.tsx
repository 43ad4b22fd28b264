import { type FormEvent, type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import { objectsIn } from '../../../slack/json.ts';
import type { PageView } from '../../protocol.ts';
import { BlockList } from '../blocks/block-list.tsx';
import { FormContext, type FormHold } from '../blocks/target.ts';
import { type Entries, entriesOf, withEntry, words } from '../logic/form.ts';
import { usePage } from '../page-context.ts';
import { Dialog } from '../shell/dialog.tsx';
import { Icon } from '../shell/icon.tsx';

const FIELDS = '.ks-input :is(input, select, textarea)';
const WRONG = '[aria-invalid=true], .ks-input:has([role=alert]) :is(input, select, textarea)';
const HEAD = '.ks-modal-head button';
const FOOT = '.ks-dialog-foot button';

interface FrameProps {
  readonly view: PageView;
  readonly depth: number;
  readonly draft: Entries;
  readonly onDraft: (draft: Entries) => void;
}

/** A modal as Slack frames it. */
export function ModalFrame(props: FrameProps) {
  const { view, depth } = props;
  const { form, isBusy, submit, close } = useModal(props);
  const title = words(view.body['title']) || 'Modal';
  const submitLabel = words(view.body['submit']);
  const place = useMemo(() => ({ viewId: view.id }), [view.id]);
  const body = useRef<HTMLFormElement>(null);
  useFocus(body, { hash: view.hash, wrong: Object.keys(form.errors).join(' ') });
  return (
    <Dialog label={title} className="ks-modal" onEscape={() => close(false)}>
      <form ref={body} noValidate onSubmit={submit}>
        <header className="ks-modal-head">
          <h2>{title}</h2>
          <button type="button" className="ks-icon" aria-label="Close" onClick={() => close(true)}>
            <Icon name="close" />
          </button>
        </header>
        <FormContext value={form}>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
          <section className="ks-modal-body" aria-label={`${title}: content`} tabIndex={0}>
            <BlockList blocks={objectsIn(view.body['blocks'])} place={place} />
          </section>
        </FormContext>
        <footer className="ks-dialog-foot">
          <button type="button" className="ks-button" onClick={() => close(false)}>
            {words(view.body['close']) || (depth > 1 ? 'Back' : submitLabel === '' ? 'Close' : 'Cancel')}
          </button>
          {submitLabel !== '' && (
            <button type="submit" className="ks-button ks-primary" disabled={isBusy} aria-busy={isBusy}>
              {isBusy ? `${submitLabel}…` : submitLabel}
            </button>
          )}
        </footer>
      </form>
    </Dialog>
  );
}

function useModal({ view, draft, onDraft }: FrameProps): {
  readonly form: FormHold;
  readonly isBusy: boolean;
  readonly submit: (event: FormEvent) => void;
  readonly close: (all: boolean) => void;
} {
  const { orders } = usePage();
  const [isBusy, setIsBusy] = useState(false);
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const form = {
    values: view.values,
    draft,
    errors,
    enter: (at: { blockId: string; actionId: string }, entry: Entries[string][string] | undefined) => {
      const { [at.blockId]: _fixed, ...others } = errors;
      if (at.blockId in errors) setErrors(others);
      onDraft(withEntry(draft, at, entry ?? null));
    },
  };
  const submit = async (): Promise<void> => {
    if (isBusy) return;
    setIsBusy(true);
    setErrors({});
    const entries = entriesOf(objectsIn(view.body['blocks']), view.values, draft);
    const answer = await orders.gesture({ kind: 'submit', viewId: view.id, entries });
    setErrors(answer.errors ?? {});
    setIsBusy(false);
  };
  return {
    form,
    isBusy,
    submit: (event) => {
      event.preventDefault();
      void submit();
    },
    close: (all) => void orders.gesture({ kind: 'close', viewId: view.id, all }),
  };
}

/** The first field at the beginning, the first wrong one after a refusal; an update that took the focus away gives it back. */
function useFocus(body: RefObject<HTMLFormElement | null>, { hash, wrong }: { hash: string; wrong: string }): void {
  const shown = useRef('');
  useEffect(() => {
    const form = body.current;
    const isNewView = shown.current !== hash;
    shown.current = hash;
    if (form === null || (isNewView && wrong === '' && form.contains(document.activeElement) && !isUnmoved(form)))
      return;
    const field =
      form.querySelector<HTMLElement>(wrong === '' ? FIELDS : WRONG) ?? form.querySelector<HTMLElement>(FOOT);
    if (isNewView || wrong !== '') field?.focus();
    // A dialog that is shown anew, as React's strict mode does at once, begins anew.
    return () => {
      shown.current = '';
    };
  }, [body, hash, wrong]);
}

/** Where the focus is without anybody's doing: as the browser opens a dialog, or for want of a field while it waits. */
function isUnmoved(form: HTMLFormElement): boolean {
  return [HEAD, FOOT].some((first) => form.querySelector(first) === document.activeElement);
}
