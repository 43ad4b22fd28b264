import type { DigestCard } from '../domain/digest/card.ts';
import type { Deps } from '../services/deps.ts';
import { DIGEST, DIGEST_TABLE, DIGEST_TO } from '../services/digest/send-digest.ts';
import type { Place } from '../services/rotation/rotation-link.ts';
import type { OutboxRenderer, RenderContext } from './outbox-renderer.ts';
import { digestView } from './views/digest.ts';
import { digestTableView } from './views/digest-table.ts';
import type { DigestLook } from './views/digest-words.ts';
import type { Locale } from './views/text.ts';

/** What a digest shows besides itself: who people are, and where messages stand. */
export async function lookFor({ store }: Pick<Deps, 'store'>, card: DigestCard, locale: Locale): Promise<DigestLook> {
  const names = new Map((await store.read.members.all()).map(({ userId, name }) => [userId, name]));
  const places = new Map<string, Place>();
  for (const { alertId } of [...card.alerts.open.slice(0, 5), ...card.catches.slice(0, 5)]) {
    const place = await store.read.messages.get('alert', alertId);
    if (place !== undefined) places.set(alertId, place);
  }
  return { locale, nameOf: (id) => names.get(id) ?? null, placeOf: (id) => places.get(id) ?? null };
}

async function kept({ deps, locale }: RenderContext, week: string) {
  const card = (await deps.store.read.digests.get(week))?.card;
  return card ? { card, look: await lookFor(deps, card, locale) } : null;
}

function channelOf({ policy }: Pick<Deps, 'policy'>): string {
  return policy.digest.channel ?? policy.channels.alerts;
}

const rootRenderer: OutboxRenderer = {
  kind: DIGEST,
  async render(context, week) {
    const found = await kept(context, week);
    if (found === null) return null;
    const { founders } = context.deps.policy.digest;
    // Founders have it already: where the channel is broken, those hear of it who can mend that.
    const ids = context.deps.policy.roles.admins.filter((id) => !founders.includes(id));
    return {
      ...digestView(found.card, found.look),
      channel: channelOf(context.deps),
      inThreadOf: null,
      directTo: { ids, only: ids.length === 0 },
    };
  },
};

const tableRenderer: OutboxRenderer = {
  kind: DIGEST_TABLE,
  async render(context, week) {
    const found = await kept(context, week);
    // Two lines need no table under them.
    if (found === null || found.card.isQuiet) return null;
    const inThreadOf = { kind: DIGEST, subjectId: week };
    return { ...digestTableView(found.card, found.look), channel: channelOf(context.deps), inThreadOf };
  },
};

/** To one founder, by `week/userId`. */
const founderRenderer: OutboxRenderer = {
  kind: DIGEST_TO,
  async render(context, subject) {
    const [week = '', userId = ''] = subject.split('/');
    const found = await kept(context, week);
    if (found === null || !context.deps.policy.digest.founders.includes(userId)) return null;
    return { ...digestView(found.card, found.look), channel: userId, inThreadOf: null };
  },
};

export const digestChannelRenderers: readonly OutboxRenderer[] = [rootRenderer, tableRenderer];
export const digestDirectRenderers: readonly OutboxRenderer[] = [founderRenderer];
