import type { StoriesSection } from '../../protocol.ts';
import { usePage } from '../page-context.ts';
import { Icon } from './icon.tsx';
import { Popover } from './popover.tsx';

export function StoryPicker({ stories }: { stories: StoriesSection | undefined }) {
  const { orders } = usePage();
  const playing = stories?.all.find(({ id }) => id === stories.playing);
  const title = playing?.title ?? 'Being set up…';
  return (
    <Popover
      className="ks-stories"
      label={`Story: ${title}. Choose another`}
      button={
        <>
          <span className="ks-popover-kind">Story</span>
          <span className="ks-popover-title">{title}</span>
          <Icon name="down" />
        </>
      }
    >
      {(close) => (
        <ul className="ks-cards" aria-label="Stories">
          {stories?.all.map(({ id, title: name, watchFor }) => (
            <li key={id}>
              <button
                type="button"
                aria-current={id === stories.playing}
                onClick={() => {
                  close();
                  void orders.story({ id });
                }}
              >
                <strong>{name}</strong>
                {id === stories.playing && <span className="ks-app">PLAYING: START AGAIN</span>}
                <span>{watchFor}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </Popover>
  );
}
