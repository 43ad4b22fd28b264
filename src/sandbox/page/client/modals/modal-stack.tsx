import { useState } from 'react';
import type { PageView } from '../../protocol.ts';
import type { Entries } from '../logic/form.ts';
import { ModalFrame } from './modal-frame.tsx';

/** The modal in front. What was entered in those behind it is kept until they are gone. */
export function ModalStack({ modals }: { modals: readonly PageView[] }) {
  const [drafts, setDrafts] = useState<Readonly<Record<string, Entries>>>({});
  const top = modals.at(-1);
  if (top === undefined) return null;
  return (
    <ModalFrame
      key={top.id}
      view={top}
      depth={modals.length}
      draft={drafts[top.id] ?? {}}
      onDraft={(draft) => setDrafts((all) => ({ ...all, [top.id]: draft }))}
    />
  );
}
