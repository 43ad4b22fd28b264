import type { JsonObject } from '../../../slack/json.ts';
import { drawable } from '../logic/drawable.ts';
import { usePage } from '../page-context.ts';
import { ActionsBlock } from './actions-block.tsx';
import { ContextBlock } from './context-block.tsx';
import { InputBlock } from './input-block.tsx';
import { LibraryBlock } from './library-block.tsx';
import { SectionBlock } from './section-block.tsx';
import { UnknownBlock } from './unknown-block.tsx';
import { useAct } from './use-act.ts';

/** One block: the page lays out what has something to click or to fill in, the library draws the rest. */
export function BlockView({ block, blockId }: { block: JsonObject; blockId: string }) {
  const { fileUrl } = usePage();
  const { act } = useAct(blockId);
  switch (block['type']) {
    case 'section':
      return <SectionBlock block={block} blockId={blockId} />;
    case 'context':
      return <ContextBlock block={block} />;
    case 'actions':
    case 'context_actions':
      return <ActionsBlock block={block} blockId={blockId} />;
    case 'input':
      return <InputBlock block={block} blockId={blockId} />;
  }
  const drawn = drawable(block, fileUrl);
  if (drawn === null) return <UnknownBlock block={block} />;
  return <LibraryBlock block={drawn} onAction={(actionId) => void act(actionId)} />;
}
