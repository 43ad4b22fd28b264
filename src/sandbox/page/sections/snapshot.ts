import type { LiveStory } from '../../live/story.ts';
import type { Playing, Theatre } from '../../live/theatre.ts';
import type { ClockSection, SectionNews, Sections, StoriesSection } from '../protocol.ts';
import { commandsSection } from './commands.ts';
import type { TruthBook } from './truth.ts';
import {
  channelMessages,
  channelsSection,
  peopleSection,
  viewSection,
  visibleChannels,
  workspaceSection,
} from './workspace.ts';

/** One piece of news and what it replaces: messages are told by channel, everything else by section. */
export interface Part {
  readonly name: string;
  readonly news: () => SectionNews;
}

export function storiesPart(theatre: Theatre, all: readonly LiveStory[]): Part {
  const list = all.map(({ id, title, watchFor }) => ({ id, title, watchFor }));
  const value = (): StoriesSection => ({ playing: theatre.playing?.story.id ?? null, all: list });
  return part('stories', value);
}

export function clockPart({ stage, conductor }: Playing): Part {
  return part('clock', (): ClockSection => {
    const { speed, pace, isSeeking, hasEnded, hasFailed } = conductor;
    return { now: stage.clock.now(), speed, pace, isSeeking, hasEnded, hasFailed };
  });
}

export function truthPart(book: TruthBook): Part {
  return part('truth', () => book.section());
}

/** What changes only when something happens in the workspace. */
export function workspaceParts({ stage: { slack } }: Playing, userId: string): readonly Part[] {
  const person = slack.person(userId);
  return [
    part('workspace', () => workspaceSection(slack)),
    part('people', () => peopleSection(slack)),
    part('channels', () => channelsSection(slack, person)),
    ...visibleChannels(slack, person).map(({ id }) => ({
      name: `messages ${id}`,
      news: (): SectionNews => ({ section: 'messages', value: { [id]: channelMessages(slack, person, id) } }),
    })),
    part('modals', () => person.views.map(viewSection)),
    part('home', () => (person.home === undefined ? null : viewSection(person.home))),
    part('commands', () => commandsSection),
  ];
}

function part<Name extends keyof Sections>(section: Name, value: () => Sections[Name]): Part {
  return { name: section, news: () => ({ section, value: value() }) as SectionNews };
}
