import type { ChannelTrouble } from '../ports/outbox.ts';
import { DIRECT, type DirectCopy, directSubject, parseDirectSubject } from '../services/delivery/direct-copy.ts';
import type { Draft, OutboxRenderer, RenderContext } from './outbox-renderer.ts';
import { context as remark } from './views/blocks.ts';
import { channelText, dayAndTime, escaped, mention } from './views/text.ts';

/** A message of a channel that cannot be posted to, as the person gets it who is told instead. */
export function directRenderer(renderers: readonly OutboxRenderer[]): OutboxRenderer {
  return {
    kind: DIRECT,
    async render(context, subject) {
      const copy = parseDirectSubject(subject);
      const trouble = copy && (await context.deps.store.read.channelTroubles.get(copy.troubleId));
      const renderer = renderers.find(({ kind }) => kind === copy?.kind);
      if (!copy || !trouble || !renderer) return null;
      const draft = await renderer.render(context, copy.subjectId);
      if (draft === null) return null;
      if (draft.inThreadOf !== null) return replyCopy({ ...draft, inThreadOf: draft.inThreadOf }, copy, trouble);
      return trouble.endedAt === null ? rootCopy(context, draft, { copy, trouble }) : lastCopy(context, draft, copy);
    },
  };
}

interface Why {
  readonly copy: DirectCopy;
  readonly trouble: ChannelTrouble;
}

function rootCopy({ locale }: RenderContext, draft: Draft, { copy, trouble }: Why): Draft {
  const { directTo } = draft;
  const because = `You get this directly because ${channelText(trouble.channel)} cannot be posted to since ${dayAndTime(trouble.sinceAt, locale)}. ${escaped(trouble.problem)}`;
  const why = directTo?.note === undefined ? because : `${because} ${directTo.note}`;
  return {
    text: `${draft.text}\n${why}`,
    blocks: [...draft.blocks, remark(why)],
    channel: copy.userId,
    inThreadOf: null,
    ...(directTo === undefined ? {} : { directTo }),
  };
}

/** Its buttons are in the channel from now on; what has not been posted here need not be any more. */
async function lastCopy({ deps }: RenderContext, draft: Draft, copy: DirectCopy): Promise<Draft | null> {
  const posted = await deps.store.read.messages.get(DIRECT, directSubject(copy));
  if (posted === undefined) return null;
  const onward = `It goes on in ${channelText(draft.channel)}, which can be posted to again. Below is how it stood then.`;
  return {
    text: `${onward}\n${draft.text}`,
    blocks: [remark(onward), ...draft.blocks.filter(({ type }) => type !== 'actions')],
    channel: copy.userId,
    inThreadOf: null,
  };
}

/** A reply that calls somebody: in the thread of that person's copy, where the mention makes it heard. */
function replyCopy(
  draft: Draft & { readonly inThreadOf: NonNullable<Draft['inThreadOf']> },
  copy: DirectCopy,
  trouble: ChannelTrouble,
): Draft | null {
  if (trouble.endedAt !== null) return null;
  return {
    text: draft.text,
    blocks: draft.blocks,
    channel: copy.userId,
    inThreadOf: { kind: DIRECT, subjectId: directSubject({ ...copy, ...draft.inThreadOf }) },
    mentions: [mention(copy.userId)],
  };
}
